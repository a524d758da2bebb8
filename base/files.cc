#include "base/files.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace maitred {
namespace {

// A descriptor that closes itself.
struct Descriptor {
  int fd;
  explicit Descriptor(int opened) : fd(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

Fault fault_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return Fault::missing;
    case EACCES:
    case EPERM:
    case EROFS:
      return Fault::denied;
    case EAGAIN:
      return Fault::conflict;
    default:
      return Fault::transient;
  }
}

tl::unexpected<Error> failed(const char* what, const std::filesystem::path& path, int error) {
  return fail(fault_of(error), fmt::format("{} {}: {}", what, path.string(), std::strerror(error)));
}

Result<void> write_all(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("write", path, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, size_t bytes_max) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0) return failed("open", path, errno);
  std::string bytes;
  char piece[64 * 1024];
  for (;;) {
    const ssize_t got = read(file.fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read", path, errno);
    if (got == 0) return bytes;
    if (bytes.size() + static_cast<size_t>(got) > bytes_max) {
      return fail(Fault::malformed,
                  fmt::format("{} is larger than {} bytes", path.string(), bytes_max));
    }
    bytes.append(piece, static_cast<size_t>(got));
  }
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view bytes,
                          unsigned mode) {
  const std::filesystem::path beside = path.string() + ".tmp";
  {
    const Descriptor file(open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (file.fd < 0) return failed("open", beside, errno);
    TRY(write_all(file.fd, bytes, beside));
    if (fchmod(file.fd, mode) != 0 || fsync(file.fd) != 0) return failed("sync", beside, errno);
  }
  if (rename(beside.c_str(), path.c_str()) != 0) return failed("rename to", path, errno);
  const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const Descriptor directory(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.fd < 0 || fsync(directory.fd) != 0) return failed("sync", parent, errno);
  return {};
}

Result<std::vector<std::string>> list_directory(const std::filesystem::path& path) {
  std::error_code error;
  std::vector<std::string> names;
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool unfinished = name.ends_with(".tmp") || name.ends_with(".part");
    std::error_code ignored;
    if (!name.starts_with('.') && !unfinished && entry->is_regular_file(ignored))
      names.push_back(name);
  }
  if (error) return failed("list", path, error.value());
  std::sort(names.begin(), names.end());
  return names;
}

Result<FileLock> FileLock::take(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return failed("open", path, errno);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    close(fd);
    return failed("lock", path, error);
  }
  return FileLock(fd);
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace maitred
