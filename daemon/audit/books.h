// Books held against the log (I11). Each is judged by a copy, taken in one piece while the daemon
// goes on writing: once against the ledger's own idea of the tasks, and once against a second book,
// folded in a scratch directory to exactly where the copy had read. Only keys younger than 60 days
// are compared: what retention and forgetting do beyond is nobody's promise.
//
// Belongs to one thread. The live files are only read.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "base/sqlite.h"
#include "bus/fold.h"
#include "daemon/audit/check.h"
#include "daemon/audit/ledger.h"

namespace maitred::audit {

// A directory of one's own that goes when it is no longer needed: copies hold personal data.
class Scratch {
 public:
  static Result<Scratch> make();  // in $TMPDIR, else /tmp; for the owner's eyes alone
  Scratch(Scratch&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit Scratch(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// A copy of one book's file, and how far it had read: topic (full name) → next offsets.
struct BookCopy {
  std::unique_ptr<Db> db;
  TopicPositions read_to;
};

// Nothing where the directory has no such book. broken: the file is damaged.
Result<std::optional<BookCopy>> copy_book(const Book& book, const TopicNames& names,
                                          const std::filesystem::path& state,
                                          const std::filesystem::path& into);

// Every task of the ledger, which has read exactly as far, against the copy's rows, and back.
// `whole`: nothing has been dropped from the topic yet, so that the void events agree, too.
Result<void> compare_tasks(Db& copy, const Ledger& ledger, bool whole, Check& check);

// Folds `book` (never opened before) in `into` as far as the copy had read (every partition named,
// within what the log holds), and compares all rows of all tables but the fold's own. `young`:
// keys that began earlier are left out.
Result<void> compare_rebuilt(Bus& bus, const TopicNames& names, Book& book, BookCopy& copy,
                             const std::filesystem::path& into, Time young, Check& check);

inline constexpr std::chrono::days kYoung{60};

}  // namespace maitred::audit
