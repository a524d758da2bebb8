#include "connectors/directory.h"

#include <fmt/core.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"

namespace maitred {
namespace {

// Where reading `file` goes on; nothing if it is as it was.
std::optional<int64_t> offset_in(const FilePlace& place, int64_t size) {
  if (size == place.size) return {};
  if (size < place.offset) return 0;  // cut or written anew: from its beginning
  if (size == place.offset && place.size < 0) return {};
  return place.offset;
}

Result<std::string> read_slice(const std::filesystem::path& path, int64_t offset,
                               size_t slice_max) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Fault::denied, "cannot open " + path.string());
  file.seekg(offset);
  std::string bytes(slice_max, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) return fail(Fault::transient, "cannot read " + path.string());
  bytes.resize(static_cast<size_t>(file.gcount()));
  return bytes;
}

}  // namespace

Result<std::optional<Answer>> read_directory(const Ask& ask, size_t slice_max, size_t files_max) {
  TRY_ASSIGN(std::vector<std::string> names, list_directory(ask.directory));
  if (names.size() > files_max) {
    return fail(Fault::malformed,
                fmt::format("{} holds {} files, over {}: move away those that are done",
                            ask.directory, names.size(), files_max));
  }
  for (const std::string& name : names) {
    const std::filesystem::path path = std::filesystem::path(ask.directory) / name;
    std::error_code error;
    const auto size = static_cast<int64_t>(std::filesystem::file_size(path, error));
    if (error) continue;  // gone since it was listed
    const auto known = ask.files.find(name);
    const auto offset = offset_in(known == ask.files.end() ? FilePlace{} : known->second, size);
    if (!offset || (size == 0 && known == ask.files.end())) continue;
    Answer answer;
    TRY_ASSIGN(answer.body, read_slice(path, *offset, slice_max));
    answer.name = name;
    answer.offset = *offset;
    // It may have grown since: what was read is what counts.
    answer.size = std::max(size, *offset + static_cast<int64_t>(answer.body.size()));
    answer.names = std::move(names);
    return answer;
  }
  return std::optional<Answer>();
}

}  // namespace maitred
