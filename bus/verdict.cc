#include "bus/verdict.h"

#include <array>

namespace maitred {
namespace {

constexpr int kVersion = 1;

constexpr std::array kWhyWords{"opened",      "joined",     "edited", "withdrawn", "duplicate",
                               "not_ours",    "own_post",   "bot",    "repost",    "muted",
                               "no_playbook", "infeasible", "stale",  "flood",     "failed"};
constexpr std::array kWhoWords{"known", "likely", "unknown"};

void write(json::Writer& out, const Identity& identity) {
  out.begin_object().member("who", word(identity.who));
  out.member_if("customer", identity.customer).member_if("how", identity.how);
  if (!identity.candidates.empty()) {
    out.key("candidates").begin_array();
    for (const Candidate& candidate : identity.candidates) {
      out.begin_object().member("customer", candidate.customer).member("score", candidate.score);
      out.key("reasons").begin_array();
      for (const std::string& reason : candidate.reasons) out.string(reason);
      out.end_array().end_object();
    }
    out.end_array();
  }
  out.end_object();
}

Identity identity_from_json(json::View object) {
  Identity identity;
  identity.who = who_from(object["who"].string()).value_or(Who::unknown);
  identity.customer = object["customer"].string();
  identity.how = object["how"].string();
  const json::View candidates = object["candidates"];
  for (size_t i = 0; i < candidates.size(); ++i) {
    Candidate candidate;
    candidate.customer = candidates.at(i)["customer"].string();
    candidate.score = candidates.at(i)["score"].number().value_or(0);
    const json::View reasons = candidates.at(i)["reasons"];
    for (size_t j = 0; j < reasons.size(); ++j) {
      candidate.reasons.emplace_back(reasons.at(j).string());
    }
    identity.candidates.push_back(std::move(candidate));
  }
  return identity;
}

StoreWeighed store_from_json(json::View object) {
  StoreWeighed store;
  store.id = object["id"].string();
  store.verdict = object["verdict"].string();
  if (const auto minutes = object["minutes"].integer()) store.minutes = static_cast<int>(*minutes);
  store.how = object["how"].string();
  return store;
}

void write_head(json::Writer& out, const Verdict& verdict) {
  out.member("v", kVersion).member("mention", verdict.mention);
  out.member("revision", verdict.revision).member("why", word(verdict.why));
}

}  // namespace

const char* word(Why why) {
  return kWhyWords[static_cast<size_t>(why)];
}

std::optional<Why> why_from(std::string_view text) {
  for (size_t i = 0; i < kWhyWords.size(); ++i) {
    if (text == kWhyWords[i]) return static_cast<Why>(i);
  }
  return {};
}

const char* word(Who who) {
  return kWhoWords[static_cast<size_t>(who)];
}

std::optional<Who> who_from(std::string_view text) {
  for (size_t i = 0; i < kWhoWords.size(); ++i) {
    if (text == kWhoWords[i]) return static_cast<Who>(i);
  }
  return {};
}

void write(json::Writer& out, const Verdict& verdict) {
  out.begin_object();
  write_head(out, verdict);
  out.member_if("task", verdict.task);
  out.key("identity");
  write(out, verdict.identity);
  if (verdict.reading) {
    out.key("reading");
    write(out, *verdict.reading);
  }
  out.member_if("playbook", verdict.playbook);
  if (!verdict.stores.empty()) {
    out.key("stores").begin_array();
    for (const StoreWeighed& store : verdict.stores) {
      out.begin_object().member("id", store.id).member("verdict", store.verdict);
      if (store.minutes) out.member("minutes", *store.minutes);
      out.member_if("how", store.how).end_object();
    }
    out.end_array();
  }
  out.member_if("note", verdict.note).end_object();
}

std::string to_json(const Verdict& verdict) {
  json::Writer out;
  if (verdict.why == Why::not_ours) {
    out.begin_object();
    write_head(out, verdict);
    out.end_object();
  } else {
    write(out, verdict);
  }
  return out.take();
}

Result<Verdict> verdict_from_json(json::View object) {
  Verdict verdict;
  verdict.mention = object["mention"].string();
  verdict.revision = object["revision"].string();
  const auto why = why_from(object["why"].string());
  if (verdict.mention.empty() || !why) {
    return fail(Fault::malformed, "not a verdict: mention and a known why are required");
  }
  verdict.why = *why;
  verdict.task = object["task"].string();
  verdict.identity = identity_from_json(object["identity"]);
  if (const json::View reading = object["reading"]; reading.is_object()) {
    TRY_ASSIGN(verdict.reading, reading_from_json(reading));
  }
  verdict.playbook = object["playbook"].string();
  const json::View stores = object["stores"];
  for (size_t i = 0; i < stores.size(); ++i) {
    verdict.stores.push_back(store_from_json(stores.at(i)));
  }
  verdict.note = object["note"].string();
  return verdict;
}

}  // namespace maitred
