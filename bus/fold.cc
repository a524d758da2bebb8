#include "bus/fold.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/log.h"

namespace maitred {
namespace {

constexpr int kFoldLayout = 1;         // of the tables below; part of the book's version
constexpr Duration kPollWait{500};     // so that the thread ticks while nothing comes
constexpr Duration kRetryAfter{1000};  // when SQLite or the bus fails

constexpr const char* kSchema =
    "CREATE TABLE fold_positions(topic TEXT NOT NULL, partition INTEGER NOT NULL,"
    " next INTEGER NOT NULL, last_id TEXT NOT NULL, last_time INTEGER NOT NULL,"
    " forgot INTEGER NOT NULL, PRIMARY KEY(topic, partition)) STRICT, WITHOUT ROWID";

// What tells one record from another in the same place: its id, or its key where a foreign
// producer gave none.
std::string_view id_of(const Stored& record) {
  const std::string_view id = record.header("ce_id");
  return id.empty() ? std::string_view(record.key) : id;
}

}  // namespace

Result<void> Book::forget(Db&, Topic, int, Time) {
  return {};
}

struct Fold::Shelf {
  struct Place {
    int64_t next = 0;
    std::string last_id = {};
    Time last_time = {};  // the newest, since log time rises within a partition
    Time forgot = {};     // up to which log time keys were dropped
    bool stopped = false;
    bool touched = false;  // since the last save
  };
  Book* book = nullptr;
  std::map<TopicPartition, Place> places = {};  // topics by suffix
  bool checked = false;                         // that it was computed from this log
};

Fold::Fold(Bus& bus, TopicNames names, std::vector<Book*> books, std::filesystem::path directory)
    : bus_(bus), names_(std::move(names)), directory_(std::move(directory)) {
  for (Book* book : books) shelves_.push_back(std::make_unique<Shelf>(Shelf{book}));
}

Fold::~Fold() {
  for (auto& shelf : shelves_) {
    std::scoped_lock lock(shelf->book->mutex_);
    shelf->book->db_.reset();
  }
}

Result<void> Fold::open() {
  for (auto& shelf : shelves_) {
    auto opened = open_shelf(*shelf);
    if (!opened) return fail(fmt::format("open the book {}", shelf->book->name()), opened.error());
  }
  return {};
}

Result<void> Fold::open_shelf(Shelf& shelf) {
  const int version = shelf.book->rules() * 100 + kFoldLayout;
  const auto path = directory_ / fmt::format("{}.db", shelf.book->name());
  std::error_code none;
  if (!std::filesystem::exists(path, none)) return rebuild(shelf);
  auto db = Db::open(path);
  if (!db && db.error().fault != Fault::broken) return tl::unexpected(db.error());
  if (!db) return rebuild(shelf);
  const auto have = (*db)->integer("PRAGMA user_version");
  if (!have || have->value_or(0) != version) {
    db->reset();
    return rebuild(shelf);
  }
  shelf.book->db_ = std::move(*db);
  return load_places(shelf) ? Result<void>() : rebuild(shelf);
}

Result<void> Fold::load_places(Shelf& shelf) {
  std::map<TopicPartition, Shelf::Place> places;
  TRY(shelf.book->db_->query(
      "SELECT topic, partition, next, last_id, last_time, forgot FROM fold_positions", {},
      [&](const Row& row) {
        const auto known = names_.find(row.text(0));
        if (!known) return true;
        places[{info(*known).suffix, static_cast<int>(row.integer(1))}] = {
            row.integer(2), std::string(row.text(3)), Time(Duration(row.integer(4))),
            Time(Duration(row.integer(5)))};
        return true;
      }));
  std::scoped_lock lock(mutex_);
  shelf.places = std::move(places);
  return {};
}

// Once for each book, as soon as the bus answers; a book of another log is computed again.
Result<void> Fold::check(Shelf& shelf) {
  const auto same = same_log(shelf);
  if (!same && same.error().fault != Fault::missing && same.error().fault != Fault::broken)
    return tl::unexpected(same.error());
  if (!same || !*same) TRY(rebuild(shelf));
  shelf.checked = true;
  return {};
}

// Reads the last record of each place again: is this still the log we folded?
Result<bool> Fold::same_log(const Shelf& shelf) {
  TopicPositions before;
  size_t unseen = 0;
  for (const auto& [at, place] : shelf.places) {
    if (place.next == 0) continue;
    before[names_.name(*names_.find(at.topic))][at.partition] = place.next - 1;
    ++unseen;
  }
  if (before.empty()) return true;
  for (auto& [topic, positions] : before) {
    TRY_ASSIGN(const Positions ends, bus_.ends(topic));
    for (const auto& [partition, end] : ends) {
      const auto [last, is_new] = positions.try_emplace(partition, end);
      if (!is_new && last->second >= end) return false;  // it ends before what we folded
    }
  }
  TRY_ASSIGN(const auto reader, bus_.follow(before));
  std::set<TopicPartition> seen;
  bool same = true;
  TRY(read_to_end(*reader, [&](const Stored& record) {
    const TopicPartition at{info(*names_.find(record.topic)).suffix, record.position.partition};
    const auto place = shelf.places.find(at);
    if (place == shelf.places.end() || !seen.insert(at).second) return true;
    const bool is_last = record.position.offset == place->second.next - 1;  // else compacted
    same = same && (!is_last || (place->second.last_id == id_of(record) &&
                                 place->second.last_time == record.log_time));
    return same && seen.size() < unseen;
  }));
  return same;
}

Result<void> Fold::rebuild(Shelf& shelf) {
  const auto path = directory_ / fmt::format("{}.db", shelf.book->name());
  std::scoped_lock book_lock(shelf.book->mutex_);
  shelf.book->db_.reset();
  for (const char* ending : {"", "-wal", "-shm"}) {
    std::error_code ignored;
    if (std::filesystem::remove(path.string() + ending, ignored) && *ending == '\0') {
      log::notice("book.rebuild", "the book is computed from the log again",
                  {{"book", shelf.book->name()}});
    }
  }
  TRY_ASSIGN(shelf.book->db_, Db::open(path));
  Db& db = *shelf.book->db_;
  TRY(db.transaction([&]() -> Result<void> {
    TRY(db.script(kSchema));
    TRY(shelf.book->create(db));
    return db.script(
        fmt::format("PRAGMA user_version={}", shelf.book->rules() * 100 + kFoldLayout));
  }));
  shelf.checked = true;
  std::scoped_lock lock(mutex_);
  shelf.places.clear();
  reached_end_.clear();  // nobody is answered out of a book that is not whole
  return {};
}

// One reader for all books, from the least any of them needs.
Result<void> Fold::follow() {
  for (auto& shelf : shelves_) {
    if (!shelf->checked) TRY(check(*shelf));
  }
  TopicPositions begins;
  for (const auto& shelf : shelves_) {
    for (const Topic topic : shelf->book->topics()) {
      if (begins.contains(names_.name(topic))) continue;
      TRY_ASSIGN(begins[names_.name(topic)], bus_.begins(names_.name(topic)));
    }
  }
  TopicPositions from;
  std::unique_lock lock(mutex_);
  for (const auto& shelf : shelves_) {
    for (const Topic topic : shelf->book->topics()) {
      const std::string name = names_.name(topic);
      for (const auto& [partition, begin] : begins[name]) {
        Shelf::Place& place = shelf->places[{info(topic).suffix, partition}];
        const int64_t next = std::max(place.next, begin);
        const auto [at, is_new] = from[name].try_emplace(partition, next);
        if (!is_new) at->second = std::min(at->second, next);
      }
    }
  }
  lock.unlock();
  TRY_ASSIGN(reader_, bus_.follow(from));
  return {};
}

Result<size_t> Fold::step(Duration wait, std::stop_token stop) {
  if (!reader_) TRY(follow());
  auto batch = reader_->poll(kFoldBatchMax, wait, stop);
  if (!batch) {
    reader_.reset();
    return tl::unexpected(batch.error());
  }
  for (auto& shelf : shelves_) {
    auto folded = fold_into(*shelf, *batch);
    if (!folded) {
      reader_.reset();  // the records are read again, for the books that have not got them
      return fail(fmt::format("fold into the book {}", shelf->book->name()), folded.error());
    }
  }
  pass_ends(*batch);
  moved_.notify_all();
  if (!batch->records.empty() && folded_) folded_();
  return batch->records.size();
}

// The end may lie beyond the last record there is to see: a book has passed that, too.
void Fold::pass_ends(const Batch& batch) {
  if (batch.at_end.empty()) return;
  const TopicPositions read = reader_->positions();
  std::scoped_lock lock(mutex_);
  for (const TopicPartition& end : batch.at_end) {
    const TopicPartition at{info(*names_.find(end.topic)).suffix, end.partition};
    reached_end_.insert(at);
    const int64_t next = read.find(end.topic)->second.at(end.partition);
    for (auto& shelf : shelves_) {
      const auto place = shelf->places.find(at);
      if (place == shelf->places.end() || place->second.stopped) continue;
      place->second.next = std::max(place->second.next, next);
    }
  }
}

Result<void> Fold::fold_into(Shelf& shelf, const Batch& batch) {
  const std::vector<Topic> topics = shelf.book->topics();
  const auto concerns = [&](const Stored& record) {
    return std::ranges::find(topics, *names_.find(record.topic)) != topics.end();
  };
  if (std::ranges::none_of(batch.records, concerns)) return {};
  std::scoped_lock book_lock(shelf.book->mutex_);
  const auto before = shelf.places;
  auto done = shelf.book->db_->transaction([&]() -> Result<void> {
    for (const Stored& record : batch.records) {
      if (concerns(record)) TRY(apply_one(shelf, *names_.find(record.topic), record));
    }
    return save_places(shelf);
  });
  if (!done) {
    std::scoped_lock lock(mutex_);
    shelf.places = before;
  }
  return done;
}

Result<void> Fold::apply_one(Shelf& shelf, Topic topic, const Stored& record) {
  // Only this thread changes places; whoever else reads them holds mutex_.
  Shelf::Place& place = shelf.places[{info(topic).suffix, record.position.partition}];
  if (record.position.offset < place.next || place.stopped) return {};
  const bool too_old = !is_compacted(topic) && record.log_time + kBookKeeps < place.last_time;
  auto applied = too_old ? Result<void>() : shelf.book->apply(*shelf.book->db_, topic, record);
  if (!applied && applied.error().fault != Fault::broken) return applied;
  std::scoped_lock lock(mutex_);
  if (!applied) {
    const auto where = fmt::format("{}/{}", record.topic, record.position.partition);
    log::error("fold.stopped", applied.error().text,
               {{"book", shelf.book->name()}, {"at", where}, {"offset", record.position.offset}});
    place.stopped = true;
    stopped_ = fmt::format(
        "{} stands at offset {}: it holds records of a newer maitred; install that one here", where,
        record.position.offset);
    return {};
  }
  place.next = record.position.offset + 1;
  place.last_id = id_of(record);
  place.last_time = std::max(place.last_time, record.log_time);
  place.touched = true;
  return {};
}

// Saves the positions that moved, in the batch's own transaction; once a day of log time also
// drops what is too old to keep.
Result<void> Fold::save_places(Shelf& shelf) {
  for (auto& [at, place] : shelf.places) {
    if (!place.touched) continue;
    const Topic topic = *names_.find(at.topic);
    const Time before = place.last_time - kBookKeeps;
    if (!is_compacted(topic) && before >= place.forgot + std::chrono::days(1)) {
      TRY(shelf.book->forget(*shelf.book->db_, topic, at.partition, before));
      place.forgot = before;
    }
    TRY(shelf.book->db_->run("INSERT OR REPLACE INTO fold_positions VALUES(?, ?, ?, ?, ?, ?)",
                             {at.topic, int64_t{at.partition}, place.next, place.last_id,
                              int64_t{place.last_time.time_since_epoch().count()},
                              int64_t{place.forgot.time_since_epoch().count()}}));
    place.touched = false;
  }
  return {};
}

void Fold::run(std::stop_token stop) {
  std::string trouble;
  while (!stop.stop_requested()) {
    if (tick_) tick_();
    const auto done = step(kPollWait, stop);
    if (done) {
      if (!trouble.empty()) log::notice("fold.recovered", "the books are being kept again");
      trouble.clear();
      continue;
    }
    if (trouble != done.error().text && !has_said_why(bus_)) {
      log::error("fold.failed", done.error().text);
      trouble = done.error().text;
    }
    // A log that no longer holds what we read: which books are of another? Damage: all anew.
    for (auto& shelf : shelves_) {
      if (done.error().fault == Fault::missing) shelf->checked = false;
      if (done.error().fault == Fault::broken) static_cast<void>(rebuild(*shelf).has_value());
    }
    real_clock().sleep_until(real_clock().now() + kRetryAfter, stop);
  }
}

// A place not looked for yet, since the bus has not answered, is not passed either.
bool Fold::passed(std::string_view name, const Positions& next) const {
  const Topic topic = *names_.find(name);
  for (const auto& shelf : shelves_) {
    if (std::ranges::count(shelf->book->topics(), topic) == 0) continue;
    for (const auto& [partition, offset] : next) {
      const auto place = shelf->places.find({info(topic).suffix, partition});
      if (place == shelf->places.end() || place->second.next < offset) return false;
    }
  }
  return true;
}

bool Fold::wait_until(Topic topic, const Positions& next, Duration wait, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  return moved_.wait_for(lock, stop, wait, [&] { return passed(names_.name(topic), next); });
}

bool Fold::ended(Topic topic) const {
  for (int partition = 0; partition < names_.count(topic); ++partition) {
    if (!reached_end_.contains({info(topic).suffix, partition})) return false;
  }
  return true;
}

bool Fold::all_ended() const {
  return std::ranges::all_of(shelves_, [this](const auto& shelf) {
    return std::ranges::all_of(shelf->book->topics(), [this](Topic topic) { return ended(topic); });
  });
}

bool Fold::ready(Topic topic) const {
  std::scoped_lock lock(mutex_);
  return ended(topic);
}

bool Fold::all_ready() const {
  std::scoped_lock lock(mutex_);
  return all_ended();
}

bool Fold::wait_until_ready(Duration wait, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  return moved_.wait_for(lock, stop, wait, [&] { return all_ended(); });
}

Positions Fold::positions(Topic topic) const {
  std::scoped_lock lock(mutex_);
  Positions least;
  for (const auto& shelf : shelves_) {
    for (const auto& [at, place] : shelf->places) {
      if (at.topic != info(topic).suffix) continue;
      const auto [found, is_new] = least.try_emplace(at.partition, place.next);
      if (!is_new) found->second = std::min(found->second, place.next);
    }
  }
  return least;
}

Time Fold::newest() const {
  std::scoped_lock lock(mutex_);
  Time newest{};
  for (const auto& shelf : shelves_) {
    for (const auto& [at, place] : shelf->places) newest = std::max(newest, place.last_time);
  }
  return newest;
}

std::string Fold::stopped() const {
  std::scoped_lock lock(mutex_);
  return stopped_;
}

}  // namespace maitred
