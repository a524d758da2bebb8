#include "daemon/log_lines.h"

#include <fmt/core.h>

#include <set>

#include "base/json.h"
#include "base/text.h"
#include "base/zone.h"

namespace maitred {
namespace {

constexpr size_t kTextShown = 100;  // bytes of a post in one line

std::string shown(std::string_view text) {
  std::string line;
  for (const char c : truncate_utf8(text, kTextShown))
    line += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  if (text.size() > kTextShown) line += "…";
  return line;
}

// The first few words that tell one event of a task from another.
std::string event_words(json::View value) {
  std::string line =
      fmt::format("rev {} {}", value["rev"].integer().value_or(0), value["verb"].string());
  const json::View by = value["by"];
  line += fmt::format(" by {}", by["kind"].string());
  if (!by["id"].string().empty()) line += fmt::format(" {}", by["id"].string());
  for (const char* field : {"to", "step", "of", "reason", "store", "playbook", "mention"}) {
    if (!value[field].string().empty())
      line += fmt::format(" {}={}", field, shown(value[field].string()));
  }
  return line;
}

std::string words_of(std::string_view suffix, const Stored& record) {
  if (!record.value) return "erased";
  const auto document = json::Document::parse(*record.value);
  if (!document) return fmt::format("not JSON: {}", shown(*record.value));
  const json::View value = document->root();
  if (suffix == "mentions") {
    return fmt::format("{} {} by {}: {}", value["id"].string(),
                       value["withdrawn"].boolean() ? "withdrawn" : value["kind"].string(),
                       value["author"]["handle"].string("nobody known"),
                       shown(value["text"].string()));
  }
  if (suffix == "verdicts") {
    std::string line = fmt::format("{} is {}", value["mention"].string(), value["why"].string());
    if (!value["task"].string().empty()) line += fmt::format(", task {}", value["task"].string());
    if (!value["playbook"].string().empty())
      line += fmt::format(", playbook {}", value["playbook"].string());
    return line;
  }
  if (suffix == "tasks") return event_words(value);
  if (suffix == "pushes") {
    return fmt::format("{} to {} by {}: {} (attempt {})", value["step"].string(),
                       value["person"].string(), value["courier"].string(), value["state"].string(),
                       value["attempt"].integer().value_or(1));
  }
  return shown(value.text());
}

}  // namespace

std::string json_line(const Stored& record) {
  json::Writer out;
  out.begin_object().member("topic", record.topic).member("partition", record.position.partition);
  out.member("offset", record.position.offset)
      .member("time", record.log_time)
      .member("key", record.key);
  out.key("headers").begin_object();
  for (const Header& header : record.headers) out.member(header.name, header.value);
  out.end_object().key("value");
  if (!record.value)
    out.null();
  else if (json::Document::parse(*record.value))
    out.raw(*record.value);
  else
    out.string(*record.value);
  return out.end_object().take();
}

std::string plain_line(const TopicNames& names, const Stored& record) {
  const auto topic = names.find(record.topic);
  const std::string_view suffix = topic ? info(*topic).suffix : record.topic;
  return fmt::format("{} {}/{}@{} {}: {}", to_rfc3339(record.log_time), suffix,
                     record.position.partition, record.position.offset, record.key,
                     words_of(suffix, record));
}

Result<Positions> positions_from(Bus& bus, const std::string& topic, const std::string& from,
                                 Time now) {
  if (from == "start") return bus.begins(topic);
  if (from == "end") return bus.ends(topic);
  if (auto time = parse_rfc3339(from)) return bus.since(topic, *time);
  size_t digits = 0;
  int64_t count = 0;
  for (; digits < from.size() && digits < 9 && from[digits] >= '0' && from[digits] <= '9';
       ++digits) {
    count = count * 10 + (from[digits] - '0');
  }
  const std::string unit = from.substr(digits);
  const int64_t seconds = unit == "s"   ? 1
                          : unit == "m" ? 60
                          : unit == "h" ? 3600
                          : unit == "d" ? 86400
                                        : 0;
  if (digits == 0 || seconds == 0) {
    return fail(Fault::malformed,
                fmt::format("'{}' is no place to begin: write start, end, a time like "
                            "2026-03-05T18:00:00Z, or an age like 90s, 2h, 7d",
                            from));
  }
  return bus.since(topic, now - std::chrono::seconds(count * seconds));
}

Result<void> read_all(Bus& bus, const TopicPositions& from,
                      const std::function<void(const Stored&)>& each) {
  TRY_ASSIGN(auto reader, bus.follow(from));
  return read_to_end(*reader, [&](const Stored& record) {
    each(record);
    return true;
  });
}

}  // namespace maitred
