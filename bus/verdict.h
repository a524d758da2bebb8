// A Verdict: what became of one mention, and why. Every mention gets one, on `maitred.verdicts`;
// the last of several for one id@revision counts. It holds customer ids, never name or phone.
// On the wire one line of JSON; for not_ours only {v mention revision why} goes on the log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "bus/reading.h"

namespace maitred {

// A closed enum: log word, metric label, verdict field, board text, test expectation. A new one is
// a decision record (docs/decisions/).
enum class Why {
  opened,
  joined,
  edited,
  withdrawn,
  duplicate,
  not_ours,
  own_post,
  bot,
  repost,
  muted,
  no_playbook,
  infeasible,
  stale,
  flood,
  failed,
};
const char* word(Why why);
std::optional<Why> why_from(std::string_view word);

enum class Who { known, likely, unknown };
const char* word(Who who);
std::optional<Who> who_from(std::string_view word);

struct Candidate {
  std::string customer;
  double score = 0;
  std::vector<std::string> reasons;
};

struct Identity {
  Who who = Who::unknown;
  std::string customer;  // id; empty when unknown
  std::string how;       // "handle" | "link" | …; empty when unknown
  std::vector<Candidate> candidates;
};

// One store that was weighed: "chosen", or the reason it was not.
struct StoreWeighed {
  std::string id;
  std::string verdict;  // chosen | farther | closed | no_item | too_far | full | passed | no_time
  std::optional<int> minutes;  // of travel
  std::string how;             // "table EWR:45" | "23.5 km at 40 km/h", for people
};

struct Verdict {
  std::string mention;
  std::string revision;
  Why why = Why::failed;
  std::string task;  // empty = none
  Identity identity;
  std::optional<Reading> reading;
  std::string playbook;
  std::vector<StoreWeighed> stores;
  std::string note;  // one plain sentence for people: what decided it
};

std::string to_json(const Verdict& verdict);            // short form for not_ours
void write(json::Writer& out, const Verdict& verdict);  // whole, whatever the why
Result<Verdict> verdict_from_json(json::View object);

}  // namespace maitred
