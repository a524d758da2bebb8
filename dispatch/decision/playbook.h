// A playbook: the rule from a reading to a task. Its `when` says which mentions it is for; the
// first that fits in file order wins. misfits() says in words why one does not, so that `explain`
// can tell why each earlier rule was passed over.
//
// Plain data once read, any thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/phrases.h"
#include "bus/mention.h"
#include "bus/task_event.h"
#include "bus/verdict.h"
#include "config/quantity.h"

namespace maitred {

struct Case;

// Whether something has to be there, must not be there, or be one of some words.
struct Presence {
  std::optional<bool> wanted;
  std::vector<std::string> any_of;
};

// An empty list, or none, asks nothing.
struct When {
  std::vector<Intent> intent;
  Presence item;   // true, false, or ids of the catalogue
  Presence place;  // true, false, or kinds (airport store city) and codes (EWR)
  std::vector<Who> who;
  std::vector<std::string> tier;
  std::vector<std::string> network;
  std::vector<MentionKind> kind;
  std::vector<std::string> language;
  std::optional<double> rating_max;  // stars out of five, this many or fewer
  std::vector<std::string> urgency;
  std::vector<std::string> about;          // words or phrases of which one occurs
  std::shared_ptr<const Phrases> phrases;  // the same, ready to search; null without `about`
};

// "1 in 90d": how often one guest may be given this.
struct AtMost {
  int count = 0;
  std::chrono::seconds in{0};
};

struct GestureRule {
  std::string what;
  bool item_price = false;  // the sum is the price of what is wanted, times how many
  std::optional<Money> sum;
  std::optional<Money> free_upto;  // granted without asking
  std::optional<AtMost> at_most;
};

// A mention this playbook must decide in a given way: `check` and a reload run these.
struct Example {
  std::string text;
  std::string why;
  std::string store;  // empty = any
  std::string network;
  std::optional<Rating> rating;
  std::optional<Time> posted_at;
  std::string customer;  // who: a known customer's id, or empty
  int line = 0;
};

struct Playbook {
  std::string name;
  When when;
  std::optional<GestureRule> gesture;
  std::vector<LadderStep> ask;
  std::string store;  // "nearest capable" | "own" | a store's id
  std::string desk;   // who gets it where no store can; empty = nobody
  std::vector<std::string> steps;
  std::vector<LadderStep> ladder;
  int open_max = 0;                     // living tasks at one store; 0 = any number
  bool reopens = false;                 // after_close = "reopen"
  std::chrono::seconds stale_after{0};  // 0 = never
  std::chrono::seconds within{0};       // due where the post names no time; 0 = no time
  std::string reply;
  std::vector<Example> example;
  int line = 0;
};

// Why this playbook is not for this case, one plain clause each; empty = it is.
std::vector<std::string> misfits(const Playbook& playbook, const Case& the_case);

std::optional<AtMost> parse_at_most(std::string_view text);  // "1 in 90d"

}  // namespace maitred
