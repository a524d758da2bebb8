#include "bus/embedded/embedded_bus.h"

#include <fmt/core.h>

#include <algorithm>

#include "bus/embedded/group.h"
#include "bus/embedded/reader.h"
#include "bus/embedded/wire.h"

namespace maitred {
namespace {

constexpr int kOffsetBits = 40;

constexpr const char* kSchema = R"sql(
CREATE TABLE partitions(pid INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL,
  begin INTEGER NOT NULL, next INTEGER NOT NULL, last_time INTEGER NOT NULL,
  UNIQUE(topic, partition)) STRICT;
CREATE TABLE records(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, key BLOB NOT NULL,
  value BLOB, headers BLOB NOT NULL) STRICT;
CREATE TABLE commits(member_group TEXT NOT NULL, pid INTEGER NOT NULL, next INTEGER NOT NULL,
  PRIMARY KEY(member_group, pid)) STRICT, WITHOUT ROWID;
)sql";

}  // namespace

int64_t record_id(int64_t pid, int64_t offset) {
  return (pid << kOffsetBits) | offset;
}

struct EmbeddedBus::Append {
  std::string_view topic;
  std::span<const Record> records;
  std::vector<Position> positions = {};
  Result<void> result = {};
  bool done = false;
};

EmbeddedBus::EmbeddedBus(EmbeddedOptions options, Clock& house)
    : options_(std::move(options)), house_(house), groups_(std::make_unique<GroupTable>()) {
  for (const TopicInfo& topic : all_topics())
    topic_names_.push_back(options_.names.name(topic.topic));
}

EmbeddedBus::~EmbeddedBus() = default;

Result<std::unique_ptr<EmbeddedBus>> EmbeddedBus::open(EmbeddedOptions options, Clock& house) {
  std::unique_ptr<EmbeddedBus> bus(new EmbeddedBus(std::move(options), house));
  const auto& directory = bus->options_.directory;
  if (bus->options_.as_daemon) {
    auto lock = FileLock::take(directory / "daemon.lock");
    if (!lock && lock.error().fault == Fault::conflict) {
      return fail(
          Fault::conflict,
          fmt::format("another maitred daemon is running on {}: stop it first, or give this "
                      "one a `state` directory of its own",
                      directory.string()));
    }
    if (!lock) return fail("lock the log", lock.error());
    bus->lock_ = std::move(*lock);
  }
  TRY_ASSIGN(bus->db_, Db::open(directory / "log.db", {.full_sync = bus->options_.durable}));
  TRY(bus->db_->transaction([&] { return bus->create_or_check(); }));
  return bus;
}

Result<void> EmbeddedBus::create_or_check() {
  TRY_ASSIGN(const auto layout, db_->integer("PRAGMA user_version"));
  if (layout.value_or(0) > kLogLayout) {
    return fail(
        Fault::broken,
        fmt::format("log.db has layout {}, newer than this maitred knows ({}): install the newer "
                    "maitred",
                    *layout, kLogLayout));
  }
  if (layout.value_or(0) == 0) {
    TRY(db_->script(kSchema));
    TRY(db_->script(fmt::format("PRAGMA user_version={}", kLogLayout)));
  }
  for (const TopicInfo& topic : all_topics()) {
    const std::string& name = topic_names_[static_cast<size_t>(topic.topic)];
    TRY_ASSIGN(const auto have,
               db_->integer("SELECT count(*) FROM partitions WHERE topic=?", {name}));
    const int want = options_.names.count(topic.topic);
    if (have.value_or(0) == 0) {
      TRY(create_partitions(name, want));
    } else if (*have != want) {
      return fail(Fault::broken,
                  fmt::format("topic {} has {} partitions in log.db, but the config says {}: set "
                              "[bus] back to {}",
                              name, *have, want, *have));
    }
  }
  return {};
}

Result<void> EmbeddedBus::create_partitions(const std::string& name, int count) {
  for (int partition = 0; partition < count; ++partition) {
    TRY(db_->run(
        "INSERT INTO partitions(topic, partition, begin, next, last_time) VALUES(?, ?, 0, 0, 0)",
        {name, int64_t{partition}}));
  }
  return {};
}

Result<std::string_view> EmbeddedBus::full_name(std::string_view topic) const {
  const auto found = std::find(topic_names_.begin(), topic_names_.end(), topic);
  if (found == topic_names_.end())
    return fail(Fault::malformed, fmt::format("no such topic: '{}'", topic));
  return std::string_view(*found);
}

int EmbeddedBus::partitions(std::string_view topic) const {
  const auto known = options_.names.find(topic);
  return known ? options_.names.count(*known) : 0;
}

Result<std::unique_ptr<Db>> EmbeddedBus::connect() const {
  return Db::open(options_.directory / "log.db", {.read_only = true});
}

Result<std::unique_ptr<Db>> EmbeddedBus::connect_to_write() const {
  return Db::open(options_.directory / "log.db", {.full_sync = false});
}

// Callers queue up; whoever gets the write lock commits for all who wait (one fsync for many).
Result<std::vector<Position>> EmbeddedBus::publish(std::string_view topic,
                                                   std::span<const Record> records) {
  TRY_ASSIGN(const std::string_view name, full_name(topic));
  for (const Record& record : records) {
    if (record.value && record.value->size() > kValueMax) {
      return fail(Fault::malformed, fmt::format("a record of {} bytes is over the {} a topic takes",
                                                record.value->size(), kValueMax));
    }
    if (record.partition && (*record.partition < 0 || *record.partition >= partitions(topic))) {
      return fail(Fault::malformed,
                  fmt::format("topic {} has no partition {}", topic, *record.partition));
    }
  }
  Append mine{.topic = name, .records = records};
  {
    std::scoped_lock lock(queue_mutex_);
    queue_.push_back(&mine);
  }
  std::scoped_lock write(write_mutex_);
  if (!mine.done) {
    std::vector<Append*> all;
    {
      std::scoped_lock lock(queue_mutex_);
      all.swap(queue_);
    }
    auto committed = commit_all(all);
    for (Append* append : all) {
      if (!committed) append->result = tl::unexpected(committed.error());
      append->done = true;
    }
    {
      std::scoped_lock lock(news_mutex_);
      ++news_;
    }
    news_changed_.notify_all();
  }
  TRY(mine.result);
  return std::move(mine.positions);
}

Result<void> EmbeddedBus::commit_all(const std::vector<Append*>& appends) {
  auto done = db_->transaction([&]() -> Result<void> {
    for (Append* append : appends) TRY(write_one(*append));
    return {};
  });
  if (!done) return fail("append to the log", done.error());
  return {};
}

Result<void> EmbeddedBus::write_one(Append& append) {
  const int count = partitions(append.topic);
  std::map<int, LogPartition> touched;
  append.positions.clear();
  for (const Record& record : append.records) {
    const int partition = record.partition.value_or(partition_of(record.key, count));
    auto found = touched.find(partition);
    if (found == touched.end()) {
      TRY_ASSIGN(const LogPartition info, partition_info(*db_, append.topic, partition));
      found = touched.emplace(partition, info).first;
    }
    LogPartition& at = found->second;
    // Log time never runs backwards within a partition, whatever the clock does.
    at.last_time =
        std::max(at.last_time, record.stamp ? house_.from_real(*record.stamp) : house_.now());
    const std::string headers = encode_headers(record.headers);
    const SqlValue value = record.value ? SqlValue(Blob{*record.value}) : SqlValue();
    TRY(db_->run("INSERT INTO records(id, time, key, value, headers) VALUES(?, ?, ?, ?, ?)",
                 {record_id(at.pid, at.next), int64_t{at.last_time.time_since_epoch().count()},
                  Blob{record.key}, value, Blob{headers}}));
    append.positions.push_back({partition, at.next++});
  }
  for (const auto& [partition, at] : touched) {
    TRY(db_->run("UPDATE partitions SET next=?, last_time=? WHERE pid=?",
                 {at.next, int64_t{at.last_time.time_since_epoch().count()}, at.pid}));
  }
  return {};
}

Result<LogPartition> EmbeddedBus::partition_info(Db& db, std::string_view topic,
                                                 int partition) const {
  std::optional<LogPartition> found;
  TRY(db.query("SELECT pid, begin, next, last_time FROM partitions WHERE topic=? AND partition=?",
               {topic, int64_t{partition}}, [&](const Row& row) {
                 found = LogPartition{row.integer(0), row.integer(1), row.integer(2),
                                      Time(Duration(row.integer(3)))};
                 return false;
               }));
  if (!found)
    return fail(Fault::missing, fmt::format("topic {} has no partition {}", topic, partition));
  return *found;
}

Result<Positions> EmbeddedBus::positions_of(std::string_view topic, int64_t LogPartition::*which) {
  TRY_ASSIGN(const std::string_view name, full_name(topic));
  std::scoped_lock lock(write_mutex_);
  Positions positions;
  for (int partition = 0; partition < partitions(topic); ++partition) {
    TRY_ASSIGN(const LogPartition info, partition_info(*db_, name, partition));
    positions[partition] = info.*which;
  }
  return positions;
}

Result<Positions> EmbeddedBus::ends(std::string_view topic) {
  return positions_of(topic, &LogPartition::next);
}

Result<Positions> EmbeddedBus::begins(std::string_view topic) {
  return positions_of(topic, &LogPartition::begin);
}

// Log time rises with the offset, so the first record at or after `time` is found by halving.
Result<Positions> EmbeddedBus::since(std::string_view topic, Time time) {
  TRY_ASSIGN(const std::string_view name, full_name(topic));
  std::scoped_lock lock(write_mutex_);
  Positions positions;
  for (int partition = 0; partition < partitions(topic); ++partition) {
    TRY_ASSIGN(const LogPartition info, partition_info(*db_, name, partition));
    int64_t low = info.begin;
    int64_t high = info.next;
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      TRY_ASSIGN(const auto at,
                 db_->integer("SELECT time FROM records WHERE id>=? AND id<? ORDER BY id LIMIT 1",
                              {record_id(info.pid, middle), record_id(info.pid, info.next)}));
      if (!at || *at >= time.time_since_epoch().count())
        high = middle;
      else
        low = middle + 1;
    }
    positions[partition] = low;
  }
  return positions;
}

Result<Positions> EmbeddedBus::committed(std::string_view topic, std::string_view group) {
  TRY_ASSIGN(const std::string_view name, full_name(topic));
  TRY_ASSIGN(Positions positions, begins(topic));
  std::scoped_lock lock(write_mutex_);
  TRY(
      db_->query("SELECT p.partition, c.next FROM commits c JOIN partitions p ON p.pid=c.pid "
                 "WHERE c.member_group=? AND p.topic=?",
                 {GroupTable::name_of(name, group), name}, [&](const Row& row) {
                   positions[static_cast<int>(row.integer(0))] = row.integer(1);
                   return true;
                 }));
  return positions;
}

Result<std::unique_ptr<Reader>> EmbeddedBus::follow(const TopicPositions& from) {
  return EmbeddedReader::open(*this, from);
}

Result<std::unique_ptr<Subscription>> EmbeddedBus::join(std::string_view topic,
                                                        std::string_view group,
                                                        JoinOptions options) {
  if (!options_.as_daemon)
    return fail(Fault::denied, "join a group: only the daemon may, on the embedded bus");
  TRY_ASSIGN(const std::string_view name, full_name(topic));
  return groups_->join(*this, name, group, std::move(options));
}

uint64_t EmbeddedBus::news() const {
  std::scoped_lock lock(news_mutex_);
  return news_;
}

void EmbeddedBus::wait_for_news(uint64_t seen, Duration wait, std::stop_token stop) {
  std::unique_lock lock(news_mutex_);
  news_changed_.wait_for(lock, stop, wait, [&] { return news_ != seen; });
}

}  // namespace maitred
