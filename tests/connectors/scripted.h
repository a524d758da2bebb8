// What poller and listener tests share: a Fetcher that answers from a script, a log sink that
// counts lines, and a way to read a topic whole.
#pragma once

#include <deque>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "base/http.h"
#include "base/log.h"
#include "base/zone.h"
#include "bus/mention.h"
#include "tests/bus/house.h"

namespace maitred::test {

// Answers requests in the order of the script; when it is used up, with the last one again.
class ScriptedFetcher : public Fetcher {
 public:
  void answer(int status, std::string body,
              std::vector<std::pair<std::string, std::string>> headers = {}) {
    HttpAnswer answer;
    answer.status = status;
    answer.body = std::move(body);
    answer.headers = std::move(headers);
    script_.emplace_back(std::move(answer));
  }
  void fail_with(Fault fault, std::string text) {
    script_.emplace_back(tl::unexpected(Error{fault, std::move(text), {}}));
  }
  Result<HttpAnswer> fetch(const HttpRequest& request, std::stop_token) override {
    const std::scoped_lock lock(mutex_);
    asked.push_back(request.url);
    trusted = request.trusted;
    REQUIRE_FALSE(script_.empty());
    Result<HttpAnswer> next = script_.front();
    if (script_.size() > 1) script_.pop_front();
    return next;
  }

  std::vector<std::string> asked;
  bool trusted = false;

 private:
  std::mutex mutex_;
  std::deque<Result<HttpAnswer>> script_;
};

// Every log line while it lives.
class LogLines {
 public:
  LogLines() { log::set_sink(&LogLines::take, this); }
  ~LogLines() { log::set_sink(nullptr, nullptr); }
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;
  std::vector<std::string> lines;

 private:
  static void take(std::string_view line, void* context) {
    static_cast<LogLines*>(context)->lines.emplace_back(line);
  }
};

// A directory, a log, its house's clock, which stands still, and a real one that does, too.
struct Bench {
  explicit Bench(BuildHouse build = embedded_house) : home(build()) {}

  std::vector<Stored> read(Topic topic) {
    std::vector<Stored> all;
    auto reader = bus->follow({{names.name(topic), {}}});
    REQUIRE_MESSAGE(reader, (reader ? "" : reader.error().text));
    std::set<TopicPartition> ended;
    const auto is_read = [&] { return ended.size() == static_cast<size_t>(names.count(topic)); };
    wait_for([&] {
      auto batch = (*reader)->poll(1000, Duration(50), {});
      REQUIRE_MESSAGE(batch, (batch ? "" : batch.error().text));
      for (const TopicPartition& end : batch->at_end) ended.insert(end);
      for (Stored& record : batch->records) all.push_back(std::move(record));
      return is_read();
    });
    CHECK(is_read());
    return all;
  }

  std::vector<Mention> mentions() {
    std::vector<Mention> all;
    for (const Stored& record : read(Topic::mentions)) {
      const auto document = json::Document::parse(*record.value);
      REQUIRE(document);
      auto mention = mention_from_json(document->root());
      REQUIRE(mention);
      CHECK(record.key == record_key(*mention));
      all.push_back(std::move(*mention));
    }
    return all;
  }

  Scratch scratch;
  const std::filesystem::path& directory = scratch.path();
  std::unique_ptr<House> home;
  const TopicNames& names = home->names;
  FakeClock& house = home->clock;
  FakeClock real{*parse_rfc3339("2026-11-22T12:00:00Z")};
  std::unique_ptr<Bus> bus = home->open();
};

}  // namespace maitred::test
