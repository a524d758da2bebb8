// What the embedded log costs beside bare SQLite, in one run: records a second published durably in
// batches, and read back; and one task event from proposal to "applied" (append, fold, ask).
#include <fmt/core.h>

#include <filesystem>
#include <thread>

#include "base/digest.h"
#include "bus/append.h"
#include "bus/embedded/embedded_bus.h"
#include "bus/mention.h"
#include "dispatch/tasks/task_book.h"

using namespace maitred;

namespace {

constexpr int kRecords = 50'000;
constexpr int kBatch = 100;
constexpr int kAppends = 500;

double seconds() {
  return static_cast<double>(real_clock().now().time_since_epoch().count()) / 1000;
}

template <typename F>
double timed(F body) {
  const double begin = seconds();
  body();
  return seconds() - begin;
}

void must(bool done, const char* what) {
  if (done) return;
  fmt::print(stderr, "bench: {} failed\n", what);
  std::exit(1);
}

double bare_sqlite(const std::filesystem::path& directory, const std::string& value) {
  auto db = Db::open(directory / "bare.db", {.full_sync = true});
  must(db && (*db)->script("CREATE TABLE r(id INTEGER PRIMARY KEY, key BLOB, value BLOB)"),
       "bare.db");
  return timed([&] {
    for (int i = 0; i < kRecords; i += kBatch) {
      must((*db)
               ->transaction([&]() -> Result<void> {
                 for (int j = 0; j < kBatch; ++j) {
                   const std::string key = fmt::format("guest{}", i + j);
                   TRY((*db)->run("INSERT INTO r VALUES(?, ?, ?)",
                                  {int64_t{i + j}, Blob{key}, Blob{value}}));
                 }
                 return {};
               })
               .has_value(),
           "insert");
    }
  });
}

double publish(Bus& bus, const std::string& value) {
  return timed([&] {
    for (int i = 0; i < kRecords; i += kBatch) {
      std::vector<Record> records;
      for (int j = 0; j < kBatch; ++j) {
        records.push_back(
            make_record({}, Topic::mentions, fmt::format("guest{}", i + j), "id", value));
      }
      must(bus.publish("maitred.mentions", records).has_value(), "publish");
    }
  });
}

double read_back(Bus& bus) {
  size_t count = 0;
  const double took = timed([&] {
    auto reader = bus.follow({{"maitred.mentions", {}}});
    must(reader.has_value(), "follow");
    for (size_t got = 1; got > 0; count += got)
      got = (*reader)->poll(1000, Duration(0), {})->records.size();
  });
  must(count == kRecords, "reading everything back");
  return took;
}

double append(Bus& bus, const std::filesystem::path& directory) {
  TaskBook book{{}};
  Fold fold(bus, {}, {&book}, directory);
  must(fold.open().has_value(), "open the book");
  std::jthread folding([&](std::stop_token stop) { fold.run(stop); });
  Appender appender(bus, {}, Topic::tasks, fold, book, real_clock());
  return timed([&] {
    for (int i = 0; i < kAppends; ++i) {
      const auto outcome =
          appender.append({task_id_of(fmt::format("m{}", i)), "cause", [](const KeyState&) {
                             TaskEvent event;
                             event.verb = Verb::opened;
                             event.opening.emplace();
                             return std::variant<TaskEvent, Refusal>(event);
                           }});
      must(outcome.kind == Outcome::Kind::applied, "append");
    }
  });
}

}  // namespace

int main() {
  const auto directory =
      std::filesystem::temp_directory_path() / ("maitred-bench-" + hex(random_bytes(6)));
  std::filesystem::create_directories(directory);
  const std::string value = "{\"text\":\"" + std::string(600, 'x') + "\"}";
  auto bus = EmbeddedBus::open({directory, {}, true}, real_clock());
  must(bus.has_value(), "open the log");
  const double bare = bare_sqlite(directory, value);
  const double published = publish(**bus, value);
  const double read = read_back(**bus);
  const double appended = append(**bus, directory);
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  fmt::print("bus: {} records of {} bytes, {} a commit, each commit on the disk\n", kRecords,
             value.size(), kBatch);
  fmt::print("  bare SQLite       {:>9.0f} records/s\n", kRecords / bare);
  fmt::print("  publish           {:>9.0f} records/s, {:.2f} of bare SQLite's time\n",
             kRecords / published, published / bare);
  fmt::print("  follow            {:>9.0f} records/s, {:.2f}\n", kRecords / read, read / bare);
  fmt::print("  append to applied {:>9.2f} ms each, one at a time\n", appended / kAppends * 1000);
  return 0;
}
