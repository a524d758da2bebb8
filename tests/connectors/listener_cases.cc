// The listener on a log of either kind.
#include "connectors/listener.h"

#include <algorithm>
#include <fstream>

#include "tests/connectors/cases.h"
#include "tests/connectors/scripted.h"

namespace maitred::test {
namespace {

// The texts of all mentions, once there are `count`.
std::vector<std::string> texts_of(Bench& bench, size_t count) {
  std::vector<std::string> texts;
  auto reader = bench.bus->follow({{bench.names.name(Topic::mentions), {}}});
  REQUIRE_MESSAGE(reader, (reader ? "" : reader.error().text));
  wait_for([&] {
    const auto batch = (*reader)->poll(100, Duration(50), {});
    REQUIRE_MESSAGE(batch, (batch ? "" : batch.error().text));
    for (const Stored& record : batch->records) {
      const auto document = json::Document::parse(*record.value);
      texts.push_back(mention_from_json(document->root())->text);
    }
    return texts.size() >= count;
  });
  std::ranges::sort(texts);
  return texts;
}

ListenerSettings folder_settings(Bench& bench, const std::string& name) {
  const auto inbox = bench.directory / name;
  std::filesystem::create_directories(inbox);
  SourceSettings source;
  source.name = name;
  source.network = "folder";
  source.directory = inbox;
  source.every = std::chrono::seconds(1);
  ListenerSettings settings;
  settings.sources = {source};
  settings.names = bench.names;
  return settings;
}

void drop(Bench& bench, const std::string& source, const std::string& file,
          const std::string& text) {
  std::ofstream(bench.directory / source / file) << "{\"text\":\"" << text << "\"}\n";
}

void listening_survives_a_restart(BuildHouse build) {
  Bench bench(build);
  ScriptedFetcher nobody;
  const ListenerSettings settings = folder_settings(bench, "ours");
  drop(bench, "ours", "1", "one");
  std::set<std::string> ticked;
  {
    ListenerSettings first = settings;
    std::mutex mutex;
    first.tick = [&](std::string_view thread) {
      const std::scoped_lock lock(mutex);
      ticked.emplace(thread);
    };
    auto listener = Listener::make(first, *bench.bus, bench.house, real_clock(), nobody);
    REQUIRE(listener);
    (*listener)->start();
    CHECK(texts_of(bench, 1) == std::vector<std::string>{"one"});
    (*listener)->stop();
    CHECK((*listener)->status().at(0).published == 1);
    CHECK(ticked == std::set<std::string>{"listen", "poll:ours"});
  }
  drop(bench, "ours", "2", "two");
  auto again = Listener::make(settings, *bench.bus, bench.house, real_clock(), nobody);
  REQUIRE(again);
  (*again)->start();
  CHECK(texts_of(bench, 2) == std::vector<std::string>{"one", "two"});
  (*again)->stop();
  CHECK((*again)->status().at(0).published == 1);
  CHECK((*again)->status().at(0).last_success.has_value());
}

void paused_sources_rest(BuildHouse build) {
  Bench bench(build);
  ScriptedFetcher nobody;
  const ListenerSettings settings = folder_settings(bench, "ours");
  drop(bench, "ours", "1", "one");
  Record pause = make_record(bench.names, Topic::cursors, "pause:ours", "1", "{}");
  REQUIRE(bench.bus->publish(bench.names.name(Topic::cursors), std::span(&pause, 1)));
  // Another source shows when the listener has read the log.
  ListenerSettings both = settings;
  both.sources.push_back(folder_settings(bench, "other").sources.at(0));
  drop(bench, "other", "1", "other");
  auto listener = Listener::make(both, *bench.bus, bench.house, real_clock(), nobody);
  REQUIRE(listener);
  (*listener)->start();
  CHECK(texts_of(bench, 1) == std::vector<std::string>{"other"});
  pause.value.reset();
  REQUIRE(bench.bus->publish(bench.names.name(Topic::cursors), std::span(&pause, 1)));
  CHECK(texts_of(bench, 2) == std::vector<std::string>{"one", "other"});
}

void unknown_sources_are_refused(BuildHouse build) {
  Bench bench(build);
  ScriptedFetcher nobody;
  ListenerSettings settings = folder_settings(bench, "ours");
  settings.sources.push_back(settings.sources[0]);
  auto twice = Listener::make(settings, *bench.bus, bench.house, bench.real, nobody);
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().text == "two sources are named `ours`");
  settings.sources[1].network = "carrier-pigeon";
  auto unknown = Listener::make(settings, *bench.bus, bench.house, bench.real, nobody);
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().text.find("there are: folder, mastodon") != std::string::npos);
}

}  // namespace

const std::vector<HouseCase>& listener_cases() {
  static const std::vector<HouseCase> all{
      {"a listener publishes what its sources hold, and goes on after a restart",
       listening_survives_a_restart},
      {"a paused source is not polled until it is resumed", paused_sources_rest},
      {"a source of no known network, or of a name taken, is refused with a reason",
       unknown_sources_are_refused}};
  return all;
}

}  // namespace maitred::test
