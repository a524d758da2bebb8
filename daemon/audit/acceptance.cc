#include "daemon/audit/acceptance.h"

#include <algorithm>
#include <array>

#include "base/digest.h"

namespace maitred::audit {
namespace {

constexpr int64_t kVersionRead = 1;
constexpr std::chrono::days kLifetime{60};

// States are letters: n nothing yet, e elsewhere (joined, withdrawn), a awaiting approval, o open,
// c claimed, f finished, x dropped.
struct Line {
  const char* verb;
  std::string_view from;
  char to;  // '=': as it was
};
constexpr std::array<Line, 28> kLife{{
    {"opened", "n", 'o'},       {"joined", "n", 'e'},     {"withdrawn", "n", 'e'},
    {"heard", "aocfx", '='},    {"edited", "aocfx", '='}, {"retracted", "aocfx", '='},
    {"identified", "aoc", '='}, {"asked", "a", '='},      {"approved", "a", 'o'},
    {"declined", "a", 'x'},     {"claimed", "o", 'c'},    {"refused", "o", '='},
    {"passed", "oc", 'o'},      {"given", "c", '='},      {"released", "c", 'o'},
    {"progressed", "c", '='},   {"moved", "aoc", '='},    {"nudged", "aoc", '='},
    {"escalated", "aoc", '='},  {"lapsed", "aoc", '='},   {"noted", "aocfx", '='},
    {"promised", "aocfx", '='}, {"kept", "aocfx", '='},   {"replied", "aocfx", '='},
    {"settled", "aocfx", '='},  {"finished", "c", 'f'},   {"dropped", "aoc", 'x'},
    {"reopened", "fx", 'o'},
}};

size_t line_of(std::string_view verb) {
  const auto at =
      std::find_if(kLife.begin(), kLife.end(), [&](const Line& line) { return line.verb == verb; });
  return static_cast<size_t>(at - kLife.begin());
}

uint32_t murmur2(std::string_view bytes) {
  constexpr uint32_t kMix = 0x5bd1e995;
  const auto byte = [&](size_t at) { return uint32_t{static_cast<unsigned char>(bytes[at])}; };
  uint32_t hash = 0x9747b28c ^ static_cast<uint32_t>(bytes.size());
  const size_t whole = bytes.size() / 4 * 4;
  for (size_t i = 0; i < whole; i += 4) {
    uint32_t word = byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24;
    word *= kMix;
    word = (word ^ word >> 24) * kMix;
    hash = hash * kMix ^ word;
  }
  for (size_t i = bytes.size(); i-- > whole;) hash ^= byte(i) << 8 * (i - whole);
  if (whole < bytes.size()) hash *= kMix;
  hash = (hash ^ hash >> 13) * kMix;
  return hash ^ hash >> 15;
}

// The act of this cause, made where there is none yet.
Act& act_of(Key& key, const Event& event, size_t line) {
  const uint64_t cause = mark(event.cause);
  for (Act& act : key.acts) {
    if (act.cause == cause) return act;
  }
  return key.acts.emplace_back(Act{cause, static_cast<uint8_t>(line), false});
}

}  // namespace

uint64_t mark(std::string_view bytes) {
  const Sha256 digest = sha256(bytes);
  uint64_t number = 0;
  for (size_t i = 0; i < 8; ++i) number = number << 8 | digest[i];
  return number;
}

int partition_for(std::string_view key, int partitions) {
  return static_cast<int>((murmur2(key) & 0x7fffffff) % static_cast<uint32_t>(partitions));
}

std::string task_name(std::string_view mention) {
  constexpr std::string_view kLetters = "0123456789abcdefghjkmnpqrstvwxyz";
  const Sha256 digest = sha256(mention);
  std::string name = "t";
  for (size_t bit = 0; bit < 80; bit += 5) {
    uint32_t letter = 0;
    for (size_t i = bit; i < bit + 5; ++i) {
      letter = letter << 1 | (uint32_t{digest[i / 8]} >> (7 - i % 8) & 1);
    }
    name += kLetters[letter];
  }
  return name;
}

const Act* Key::act(uint64_t cause) const {
  for (const Act& one : acts) {
    if (one.cause == cause) return &one;
  }
  return nullptr;
}

bool Key::has_applied(std::string_view verb) const {
  return std::any_of(acts.begin(), acts.end(),
                     [&](const Act& one) { return one.applied && kLife[one.verb].verb == verb; });
}

const char* state_word(char state) {
  switch (state) {
    case 'e':
      return "no_task";
    case 'a':
      return "awaiting_approval";
    case 'o':
      return "open";
    case 'c':
      return "claimed";
    case 'f':
      return "done";
    case 'x':
      return "dropped";
    default:
      return "none";
  }
}

const char* verb_word(uint8_t verb) {
  return kLife[verb].verb;
}

bool is_fate(std::string_view verb) {
  return verb == "opened" || verb == "joined" || verb == "withdrawn";
}

Readable read_event(json::View value, std::string_view key, Event& event, Void& why) {
  why = "unreadable";
  const auto version = value["v"].integer();
  if (!value.is_object() || !version || *version < 1) return Readable::no;
  if (*version > kVersionRead) return Readable::newer;
  event.task = value["task"].string();
  event.cause = value["cause"].string();
  event.verb = value["verb"].string();
  event.mention = value["mention"].string();
  event.revision = value["revision"].string();
  event.to = value["to"].string();
  event.rev = value["rev"].integer().value_or(0);
  event.asks = event.verb == "opened" && value["ask"].is_array() && value["ask"].size() > 0;
  const bool dated = value["at"].time().has_value();
  if (event.task.empty() || event.cause.empty() || event.rev < 1 || !dated) return Readable::no;
  why = "unknown_verb";
  if (line_of(event.verb) == kLife.size()) return Readable::no;
  why = "wrong_key";
  return event.task == key ? Readable::yes : Readable::no;
}

Void judge(Key& key, const Event& event, Time log_time) {
  const size_t at = line_of(event.verb);
  const Line& line = kLife[at];
  Act& act = act_of(key, event, at);
  if (key.rev > 0 && log_time - key.began > kLifetime) return "too_late";
  if (act.applied) return "cause_applied";
  if (event.rev != key.rev + 1) return "wrong_rev";
  if (line.from.find(key.state) == std::string_view::npos) return "wrong_state";
  if (key.rev == 0) key.began = log_time;
  key.rev = event.rev;
  if (line.to != '=') key.state = event.asks ? 'a' : line.to;
  if (event.verb == "joined") key.to = event.to;
  act.verb = static_cast<uint8_t>(at);
  act.applied = true;
  return nullptr;
}

}  // namespace maitred::audit
