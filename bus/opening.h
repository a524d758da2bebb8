// An Opening: what the event `opened` carries, the whole of a case as it stood when it began: the
// post, who it is from, what is wanted, by when, from which store, who is told and who must say
// yes. Playbook, steps and ladder are copied, so that a config change disturbs no running case.
// It holds customer ids, never a name or a phone number.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "bus/reading.h"

namespace maitred {

struct Gesture {
  std::string what;
  double sum = 0;
  std::string currency;
};

struct LadderStep {
  std::string role;
  std::chrono::seconds within{0};
};

struct Want {
  std::string item;
  int count = 1;
  std::string size;
};

// The post as a task remembers it: no name, no phone.
struct TaskPost {
  std::string url;
  std::string text;
  std::string author_id;
  std::string author_handle;
  std::string language;
  std::optional<Time> posted_at;
};

// What `opened` carries: playbook, steps and ladder are copied, so that a config change disturbs
// no running case.
struct Opening {
  std::string why;  // opened, or infeasible/stale/flood at a desk
  TaskPost post;
  std::string customer;  // id, or empty
  std::string who;       // known likely unknown
  std::string playbook;
  std::optional<Gesture> gesture;
  std::vector<Want> wants;
  std::string place;  // "EWR Newark Liberty", for people; empty = at the store
  std::optional<Window> window;
  std::string store;
  std::vector<std::string> steps;
  std::vector<LadderStep> ladder;  // who is told: role, and how long a claim may be silent
  std::vector<LadderStep> ask;     // not empty: begins as awaiting_approval
  std::string intent;
};

// The members of `opened` (into an object that is already begun), and back.
void write(json::Writer& out, const Opening& opening);
Opening opening_from_json(json::View object);

}  // namespace maitred
