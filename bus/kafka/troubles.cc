#include "bus/kafka/troubles.h"

#include <fmt/core.h>

#include "base/log.h"

namespace maitred {
namespace {

// Two sentences for one trouble, as when each broker fails in its own words, are one trouble.
bool is_graver(const Error& now, const Error& before) {
  return now.fault != Fault::transient && (before.fault == Fault::transient ||
                                           (now.fault == before.fault && now.text != before.text));
}

}  // namespace

void KafkaTroubles::begin(std::string_view subject, std::string_view client, const Error& why) {
  std::scoped_lock lock(mutex_);
  auto open = open_.find(subject);
  const bool is_new = open == open_.end();
  if (is_new) open = open_.emplace(subject, Trouble{why, real_clock().now()}).first;
  open->second.clients.emplace(client);
  if (!is_new && !is_graver(why, open->second.why)) return;
  open->second.why = why;
  log::error("bus.trouble", why.text, {{"subject", subject}, {"fault", word(why.fault)}});
}

void KafkaTroubles::end(std::string_view subject, std::string_view client) {
  std::scoped_lock lock(mutex_);
  auto open = open_.find(subject);
  if (open != open_.end()) leave(open, client, true);
}

void KafkaTroubles::forget(std::string_view client) {
  std::scoped_lock lock(mutex_);
  for (auto open = open_.begin(); open != open_.end();) leave(open, client, false);
}

// With mutex_ held; moves on to the next.
void KafkaTroubles::leave(Open::iterator& trouble, std::string_view client, bool over) {
  auto& clients = trouble->second.clients;
  if (const auto found = clients.find(client); found != clients.end()) clients.erase(found);
  if (!clients.empty()) {
    ++trouble;
    return;
  }
  const auto seconds = (real_clock().now() - trouble->second.since).count() / 1000;
  if (over)
    log::notice("bus.recovered", fmt::format("over after {} s", seconds),
                {{"subject", trouble->first}});
  trouble = open_.erase(trouble);
}

bool KafkaTroubles::any(std::string_view subject) const {
  std::scoped_lock lock(mutex_);
  return open_.contains(subject);
}

std::optional<Error> KafkaTroubles::of(std::string_view subject) const {
  std::scoped_lock lock(mutex_);
  const auto open = open_.find(subject);
  return open == open_.end() ? std::nullopt : std::optional(open->second.why);
}

std::vector<std::string> KafkaTroubles::sentences() const {
  std::scoped_lock lock(mutex_);
  std::vector<std::string> all;
  for (const auto& [subject, trouble] : open_) all.push_back(trouble.why.text);
  return all;
}

}  // namespace maitred
