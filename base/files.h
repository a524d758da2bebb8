// Files as the house uses them: read whole with a limit, replaced atomically, locked. The only
// place outside sqlite.cc that opens files to write.
// All functions are thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace maitred {

// missing: not there. malformed: larger than bytes_max. denied: may not be read.
Result<std::string> read_file(const std::filesystem::path& path, size_t bytes_max = 64 << 20);

// Write beside, fsync, rename, fsync the directory: a reader sees the old or the new, whole.
Result<void> replace_file(const std::filesystem::path& path, std::string_view bytes,
                          unsigned mode = 0644);

// Regular files of a directory by name, hidden ones and *.tmp / *.part left out.
Result<std::vector<std::string>> list_directory(const std::filesystem::path& path);

// An exclusive lock on a file, held while the object lives; freed by the kernel if we die.
class FileLock {
 public:
  // conflict: another process holds it.
  static Result<FileLock> take(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace maitred
