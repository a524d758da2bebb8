// Append: the one way to write an event on a contested topic, for dispatcher, floor, board and
// shell alike. Optimistic: read the key in the book, let `decide` make an event or
// refuse, publish, wait until the own fold has passed it, then ask the book *by cause*. A void
// because something unrelated took the rev decides anew, same cause, at most kTriesMax times.
//
// Thread-safe; each call blocks its own thread: each try for at most kWaitMax of real time
// beside what publishing takes, and until `stop` at the latest.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "bus/accept.h"
#include "bus/bus.h"
#include "bus/fold.h"
#include "bus/topics.h"

namespace maitred {

inline constexpr int kTriesMax = 5;
inline constexpr Duration kWaitMax{10'000};

// What the book knows of a key.
class KeyBook {
 public:
  virtual ~KeyBook() = default;
  virtual Result<KeyState> key_state(const std::string& key) = 0;
};

struct Refusal {
  std::string text;  // for the person who asked: why it cannot be done now
};

// One intent of somebody. `decide` is called with the key as it now stands and must be pure: it may
// be called several times. It fills verb and fields; task, rev and cause are set by append.
using Decide = std::function<std::variant<TaskEvent, Refusal>(const KeyState& key)>;

struct Proposal {
  std::string key;
  std::string cause;
  Decide decide;
};

struct Outcome {
  enum class Kind {
    applied,    // our event is in force (now, or by an earlier try of the same cause)
    refused,    // decide() said no; `text` says why
    unsettled,  // "not known yet": the log did not answer, or five tries each lost the race
  };
  Kind kind = Kind::unsettled;
  bool contended = false;  // unsettled: because of five lost races, so the log does answer
  std::string text;
  Verb verb = Verb::noted;  // applied: the verb that the cause stands for
  int64_t rev = 0;          // applied: the key's revision when asked
  Positions positions;      // applied: reading with these sees the event
};

class Appender {
 public:
  // One contested topic; `book` folds it and is one of `fold`'s. All must outlive the Appender.
  Appender(Bus& bus, TopicNames names, Topic topic, Fold& fold, KeyBook& book, Clock& house)
      : bus_(bus),
        names_(std::move(names)),
        topic_(topic),
        fold_(fold),
        book_(book),
        house_(house) {}

  Outcome append(const Proposal& proposal, std::stop_token stop = {});
  // Many at once: published together, waited for once, retried only where unsettled. Intents on
  // one key must be in the order they are meant; each sees what those before it decided.
  std::vector<Outcome> append_all(const std::vector<Proposal>& proposals,
                                  std::stop_token stop = {});

 private:
  struct Round;
  bool decide_all(const std::vector<Proposal>& proposals, std::vector<Outcome>& outcomes,
                  Round& round);
  Result<Positions> publish(const std::vector<Record>& records, std::stop_token stop);
  void settle(const std::vector<Proposal>& proposals, std::vector<Outcome>& outcomes,
              const Round& round, const Positions& next);

  Bus& bus_;
  TopicNames names_;
  Topic topic_;
  Fold& fold_;
  KeyBook& book_;
  Clock& house_;
};

}  // namespace maitred
