#include "bus/append.h"

#include <fmt/core.h>

#include <algorithm>
#include <random>

#include "base/clock.h"

namespace maitred {
namespace {

constexpr Duration kJitterMax{50};      // between two tries, so that rivals do not march in step
constexpr Duration kPublishRetry{200};  // while the bus does not take the records
constexpr int kPublishTriesMax = 10;

void pause(Duration wait, std::stop_token stop) {
  real_clock().sleep_until(real_clock().now() + wait, stop);
}

Duration jitter() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return Duration(std::uniform_int_distribution<Duration::rep>(1, kJitterMax.count())(random));
}

}  // namespace

// What one try publishes: the records, and which proposals they belong to.
struct Appender::Round {
  std::vector<Record> records = {};
  std::vector<size_t> proposals = {};
};

Outcome Appender::append(const Proposal& proposal, std::stop_token stop) {
  return std::move(append_all({proposal}, stop).front());
}

std::vector<Outcome> Appender::append_all(const std::vector<Proposal>& proposals,
                                          std::stop_token stop) {
  std::vector<Outcome> outcomes(proposals.size());
  const auto open = [](const Outcome& outcome) { return outcome.kind == Outcome::Kind::unsettled; };
  for (int tries = 1; !stop.stop_requested(); ++tries) {
    Round round;
    if (!decide_all(proposals, outcomes, round) || round.records.empty()) break;
    const auto next = publish(round.records, stop);
    if (!next || !fold_.wait_until(topic_, *next, kWaitMax, stop)) break;
    settle(proposals, outcomes, round, *next);
    if (std::none_of(outcomes.begin(), outcomes.end(), open)) break;
    if (tries == kTriesMax) {
      for (Outcome& outcome : outcomes) outcome.contended = open(outcome);
      break;
    }
    pause(jitter() * tries, stop);
  }
  return outcomes;
}

// Decides every proposal that has no outcome yet, against the book plus what this batch decided
// before. false: the book cannot be read.
bool Appender::decide_all(const std::vector<Proposal>& proposals, std::vector<Outcome>& outcomes,
                          Round& round) {
  std::map<std::string, KeyState> keys;
  for (size_t i = 0; i < proposals.size(); ++i) {
    const Proposal& proposal = proposals[i];
    if (outcomes[i].kind != Outcome::Kind::unsettled) continue;
    auto key = keys.find(proposal.key);
    if (key == keys.end()) {
      auto state = book_.key_state(proposal.key);
      if (!state) return false;
      key = keys.emplace(proposal.key, std::move(*state)).first;
    }
    if (const auto done = key->second.causes.find(proposal.cause);
        done != key->second.causes.end()) {
      outcomes[i] = {Outcome::Kind::applied, false, {}, done->second, key->second.rev, {}};
      continue;
    }
    auto decided = proposal.decide(key->second);
    if (auto* refusal = std::get_if<Refusal>(&decided)) {
      outcomes[i] = {Outcome::Kind::refused, false, std::move(refusal->text), Verb::noted,
                     key->second.rev,        {}};
      continue;
    }
    auto& event = std::get<TaskEvent>(decided);
    event.task = proposal.key;
    event.cause = proposal.cause;
    event.rev = key->second.rev + 1;
    event.at = house_.now();
    if (const auto reason = accept(key->second, event, event.at)) {
      outcomes[i] = {
          Outcome::Kind::refused,
          false,
          fmt::format("cannot be {}: it is {}", word(event.verb), word(key->second.state)),
          Verb::noted,
          key->second.rev,
          {}};
      continue;
    }
    advance(key->second, event, event.at);
    round.records.push_back(make_record(names_, topic_, proposal.key,
                                        fmt::format("{}/{}", proposal.key, proposal.cause),
                                        to_json(event)));
    round.proposals.push_back(i);
  }
  return true;
}

// Repeats the same bytes until the bus takes them; acceptance makes a repeat harmless.
Result<Positions> Appender::publish(const std::vector<Record>& records, std::stop_token stop) {
  const std::string topic = names_.name(topic_);
  for (int tries = 1;; ++tries) {
    auto published = bus_.publish(topic, records);
    if (published) {
      Positions next;
      const bool known = std::all_of(published->begin(), published->end(),
                                     [](const Position& p) { return p.offset >= 0; });
      if (!known) return bus_.ends(topic);
      for (const Position& at : *published)
        next[at.partition] = std::max(next[at.partition], at.offset + 1);
      return next;
    }
    const bool lasting =
        published.error().fault != Fault::transient && published.error().fault != Fault::throttled;
    if (lasting || tries == kPublishTriesMax || stop.stop_requested())
      return tl::unexpected(published.error());
    pause(kPublishRetry, stop);
  }
}

void Appender::settle(const std::vector<Proposal>& proposals, std::vector<Outcome>& outcomes,
                      const Round& round, const Positions& next) {
  for (const size_t i : round.proposals) {
    const auto state = book_.key_state(proposals[i].key);
    if (!state) continue;
    const auto done = state->causes.find(proposals[i].cause);
    if (done == state->causes.end()) continue;  // void: somebody took the rev; decide anew
    outcomes[i] = {Outcome::Kind::applied, false, {}, done->second, state->rev, next};
  }
}

}  // namespace maitred
