#include "daemon/audit/audit.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "daemon/audit/books.h"
#include "daemon/audit/ledger.h"
#include "daemon/audit/stretch.h"
#include "dispatch/identity/customer_book.h"
#include "dispatch/staff/push_book.h"
#include "dispatch/staff/staff_book.h"
#include "dispatch/tasks/task_book.h"

namespace maitred::audit {
namespace {

// Effects before causes: what a record follows from is below an end that is taken later.
constexpr Topic kEndsOrder[] = {Topic::pushes,   Topic::verdicts, Topic::tasks,   Topic::budgets,
                                Topic::mentions, Topic::rejects,  Topic::replies, Topic::customers,
                                Topic::links,    Topic::staff,    Topic::cursors};
// The ledger's order: causes before effects.
constexpr Topic kReadingOrder[] = {Topic::rejects,  Topic::tasks,     Topic::verdicts,
                                   Topic::mentions, Topic::pushes,    Topic::budgets,
                                   Topic::replies,  Topic::customers, Topic::links,
                                   Topic::staff,    Topic::cursors};

std::vector<std::unique_ptr<Book>> all_books(const TopicNames& names) {
  std::vector<std::unique_ptr<Book>> books;
  books.push_back(std::make_unique<TaskBook>(names));
  books.push_back(std::make_unique<CustomerBook>(names));
  books.push_back(std::make_unique<StaffBook>(names));
  books.push_back(std::make_unique<PushBook>(names));
  return books;
}

struct Audit {
  Bus& bus;
  const TopicNames& names;
  const std::filesystem::path& state;
  const Progress& progress;
  Report report = {};
  Check tasks_book{"I11", "the task book says what the log says"};
  Check rebuilt{"I11", "books equal those made anew from the log"};
  std::vector<std::pair<std::unique_ptr<Book>, BookCopy>> books = {};
  std::map<Topic, Positions> begins = {}, ends = {};
  Positions decided = {};
  int64_t done = 0, total = 0;

  Result<void> copy_books(const std::filesystem::path& into);
  Result<void> measure();
  void confine_copies();
  Result<void> read(Topic topic, const Positions& from, const Positions& until, Ledger& ledger);
  Result<void> read_tasks(Ledger& ledger);
  Result<void> compare_books(const std::filesystem::path& into, Time young);
  bool is_whole(Topic topic) const;
};

Result<void> Audit::copy_books(const std::filesystem::path& into) {
  for (auto& book : all_books(names)) {
    auto copy = copy_book(*book, names, state, into);
    if (!copy && copy.error().fault == Fault::broken) {
      rebuilt.breach({fmt::format("{}.db", book->name()), "", "", copy.error().text});
      continue;
    }
    if (!copy) return fail(fmt::format("copy the book {}", book->name()), copy.error());
    if (!*copy) continue;
    report.books.emplace_back(book->name());
    books.emplace_back(std::move(book), std::move(**copy));
  }
  return {};
}

Result<void> Audit::measure() {
  TRY_ASSIGN(decided, bus.committed(names.name(Topic::mentions), "dispatch"));
  for (const Topic topic : kEndsOrder) {
    TRY_ASSIGN(begins[topic], bus.begins(names.name(topic)));
    TRY_ASSIGN(ends[topic], bus.ends(names.name(topic)));
    for (const auto& [partition, end] : ends[topic]) total += end - begins[topic][partition];
  }
  return {};
}

bool Audit::is_whole(Topic topic) const {
  const Positions& from = begins.at(topic);
  return std::all_of(from.begin(), from.end(), [](const auto& at) { return at.second == 0; });
}

Result<void> Audit::read(Topic topic, const Positions& from, const Positions& until,
                         Ledger& ledger) {
  const std::string name = names.name(topic);
  int64_t& count = report.records[info(topic).suffix];
  auto passed = read_stretch(
      bus, name, from, until,
      [&](const Stored& record) {
        ++count;
        ledger.take(topic, record);
      },
      [&](size_t records) {
        done += static_cast<int64_t>(records);
        if (progress) progress(done, total, name);
      });
  if (!passed) return fail(fmt::format("read {}", name), passed.error());
  return {};
}

// How far the copies had read, kept within what the log holds by now: what retention took since
// cannot be read again, and nobody can have read beyond the end.
void Audit::confine_copies() {
  for (auto& [book, copy] : books) {
    for (const Topic topic : book->topics()) {
      Positions reached = begins[topic];
      for (const auto& [partition, next] : copy.read_to[names.name(topic)]) {
        const int64_t end = std::max(ends[topic][partition], reached[partition]);
        reached[partition] = std::clamp(next, reached[partition], end);
        if (next <= end) continue;
        rebuilt.breach({fmt::format("{}.db", book->name()), "", "",
                        fmt::format("it has read {}/{} up to {}, and the log ends at {}",
                                    info(topic).suffix, partition, next, end)});
      }
      copy.read_to[names.name(topic)] = std::move(reached);
    }
  }
}

// In two stretches, so that the ledger and the task book are compared at the same place.
Result<void> Audit::read_tasks(Ledger& ledger) {
  Positions from = begins[Topic::tasks];
  for (auto& [book, copy] : books) {
    if (std::string_view(book->name()) != "tasks") continue;
    const Positions& met = copy.read_to[names.name(Topic::tasks)];
    TRY(read(Topic::tasks, from, met, ledger));
    TRY(compare_tasks(*copy.db, ledger, is_whole(Topic::tasks), tasks_book));
    from = met;
  }
  return read(Topic::tasks, from, ends[Topic::tasks], ledger);
}

Result<void> Audit::compare_books(const std::filesystem::path& into, Time young) {
  std::error_code failed;
  std::filesystem::create_directory(into, failed);
  if (failed)
    return fail(Fault::denied, fmt::format("make {}: {}", into.string(), failed.message()));
  for (auto& [book, copy] : books) {
    if (progress) progress(done, total, fmt::format("the book {} again", book->name()));
    auto same = compare_rebuilt(bus, names, *book, copy, into, young, rebuilt);
    if (!same) return fail(fmt::format("compare the book {}", book->name()), same.error());
  }
  return {};
}

}  // namespace

bool Report::holds() const {
  return std::all_of(checks.begin(), checks.end(),
                     [](const Check& one) { return one.broken == 0; });
}

Result<Report> audit(Bus& bus, const TopicNames& names, const std::filesystem::path& state,
                     Time now, const Progress& progress) {
  const Time began = real_clock().now();
  Audit audit{bus, names, state, progress};
  TRY_ASSIGN(const Scratch scratch, Scratch::make());
  TRY(audit.copy_books(scratch.path()));
  TRY(audit.measure());
  audit.confine_copies();
  Ledger ledger(names,
                {audit.decided, audit.is_whole(Topic::tasks), now - info(Topic::verdicts).kept});
  for (const Topic topic : kReadingOrder) {
    if (topic == Topic::tasks) {
      TRY(audit.read_tasks(ledger));
    } else {
      TRY(audit.read(topic, audit.begins[topic], audit.ends[topic], ledger));
    }
  }
  ledger.close();
  TRY(audit.compare_books(scratch.path() / "rebuilt", ledger.newest() - kYoung));

  Report report = std::move(audit.report);
  report.checks = ledger.checks();
  report.checks.push_back(std::move(audit.tasks_book));
  report.checks.push_back(std::move(audit.rebuilt));
  report.voids = ledger.voids();
  report.keys = static_cast<int64_t>(ledger.keys().size());
  report.applied = ledger.applied();
  report.copies = ledger.copies();
  report.waiting = ledger.waiting();
  report.took = real_clock().now() - began;
  return report;
}

}  // namespace maitred::audit
