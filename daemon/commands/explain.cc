#include <fmt/core.h>

#include <iostream>

#include "base/text.h"
#include "base/zone.h"
#include "daemon/commands/all.h"
#include "daemon/people_tables.h"
#include "daemon/rehearsal.h"

namespace maitred {
namespace {

constexpr const char* kHelp =
    "Reads mentions from standard input, one JSON object a line, and says what would become of\n"
    "each: what was found and by which words, which playbook fits and why the earlier ones do\n"
    "not, which stores were weighed and why one won. Nothing is written and no daemon is needed;\n"
    "each mention is judged by itself, at the moment it was posted.\n"
    "\n"
    "Only `text` is required; posted_at, language, author, rating and all else of a mention may\n"
    "be given, and `zone`, the guest's own; lines of `tail --json` do too. Without --config and\n"
    "$MAITRED_CONFIG the demo's house answers.\n"
    "\n"
    "  echo '{\"text\":\"Mortons, a ribeye to JFK by 9 tonight\"}' | maitred explain\n"
    "  maitred tail maitred.mentions --from start --json | maitred explain --config new.toml "
    "--json\n";

// The words of the post that prove a finding.
std::string quoted(const std::string& text, const std::vector<Span>& spans) {
  std::string all;
  for (const Span& span : spans) {
    if (span.begin > span.end || span.end > text.size()) continue;
    all += fmt::format("{}\"{}\"", all.empty() ? "" : ", ",
                       text.substr(span.begin, span.end - span.begin));
  }
  return all.empty() ? "" : " by " + all;
}

void line(std::string_view label, std::string_view text) {
  fmt::print("  {:<10} {}\n", label, text);
}

std::string moment(Time time, const std::string& zone_name) {
  const auto zone = Zone::find(zone_name);
  const Time another_day = time - std::chrono::days(2);  // so that the day is said
  return clock_text(time, zone ? *zone : Zone::utc(), another_day);
}

std::string window_text(const Window& window) {
  std::string text;
  if (window.not_before) text += "not before " + moment(*window.not_before, window.zone) + " ";
  if (window.due) text += "by " + moment(*window.due, window.zone) + " ";
  return text + fmt::format("{} ({})", window.zone, window.basis);
}

void print_brand(const Mention& mention, const Reading& reading) {
  if (reading.brand.own) {
    line("about us", "written by us");
  } else if (reading.brand.alias.empty()) {
    line("about us", reading.brand.homonym ? "no, somebody else of that name" +
                                                 quoted(mention.text, reading.brand.spans)
                                           : std::string("no"));
  } else {
    line("about us", reading.brand.alias + quoted(mention.text, reading.brand.spans));
  }
}

void print_reading(const Mention& mention, const Reading& reading) {
  print_brand(mention, reading);
  line("language", reading.language.empty() ? "not known" : reading.language);
  line("intent", fmt::format("{} ({:.2f}){}", word(reading.intent), reading.intent_score,
                             quoted(mention.text, reading.intent_spans)));
  for (const ItemFinding& item : reading.items) {
    line("item",
         fmt::format("{} × {}{}{}", item.count, item.id, item.size.empty() ? "" : ", " + item.size,
                     quoted(mention.text, item.spans)));
  }
  for (const PlaceFinding& place : reading.places) {
    line("place", fmt::format("{} {} {} ({:.2f}){}", place.kind, place.code, place.name,
                              place.score, quoted(mention.text, place.spans)));
  }
  for (const TimeFinding& time : reading.times) {
    const std::string zone = reading.window ? reading.window->zone : "UTC";
    line("time",
         fmt::format("{}{}{} {}{}", time.edge, time.edge.empty() ? "" : " ",
                     moment(time.from, zone), time.basis, quoted(mention.text, time.spans)));
  }
  if (reading.window) line("window", window_text(*reading.window));
  std::string urgency = reading.urgency.level;
  for (const std::string& reason : reading.urgency.reasons) urgency += "; " + reason;
  line("urgency", urgency);
}

void print_opening(const Opening& opening) {
  std::string wants;
  for (const Want& want : opening.wants) wants += fmt::format("{} × {}  ", want.count, want.item);
  line("task", fmt::format("{}{}{}", wants, opening.place.empty() ? "at " : "to ",
                           opening.place.empty() ? opening.store : opening.place));
  if (opening.window) line("due", window_text(*opening.window));
  for (const LadderStep& step : opening.ask) {
    line("asked", fmt::format("{} for {} min", step.role, step.within.count() / 60));
  }
  if (opening.gesture) {
    line("gesture", fmt::format("{} ({:.2f} {})", opening.gesture->what, opening.gesture->sum,
                                opening.gesture->currency));
  }
}

void print_page(const Judgement& judgement) {
  const Verdict& verdict = judgement.verdict;
  fmt::print("{}\n", judgement.mention.text);
  print_reading(judgement.mention, *verdict.reading);
  line("who", verdict.identity.who == Who::known
                  ? fmt::format("{} by {}", verdict.identity.customer, verdict.identity.how)
                  : word(verdict.identity.who));
  for (const PassedOver& other : judgement.passed_over) {
    std::string reasons;
    for (const std::string& reason : other.reasons)
      reasons += (reasons.empty() ? "" : "; ") + reason;
    line("not", other.playbook + ": " + reasons);
  }
  if (!verdict.playbook.empty()) line("playbook", verdict.playbook);
  for (const StoreWeighed& store : verdict.stores) {
    const std::string way =
        store.minutes ? fmt::format(", {} min, {}", *store.minutes, store.how) : std::string();
    line("store", fmt::format("{}: {}{}", store.id, store.verdict, way));
  }
  if (judgement.decision.opening) print_opening(*judgement.decision.opening);
  line("verdict", fmt::format("{}: {}", word(verdict.why), verdict.note));
  fmt::print("\n");
}

// What is decided beyond the verdict, which holds no more than the log needs.
std::string decision_json(const Judgement& judgement) {
  json::Writer out;
  out.begin_object();
  if (const auto& opening = judgement.decision.opening) {
    out.member("store", opening->store).member_if("place", opening->place);
    if (opening->window) {
      out.key("window");
      write(out, *opening->window);
    }
    out.key("wants").begin_array();
    for (const Want& want : opening->wants) {
      out.begin_object().member("item", want.item).member("count", want.count);
      out.member_if("size", want.size).end_object();
    }
    out.end_array();
    if (opening->gesture) {
      out.key("gesture").begin_object().member("what", opening->gesture->what);
      out.member("sum", opening->gesture->sum);
      out.member_if("currency", opening->gesture->currency).end_object();
    }
    out.key("ask").begin_array();
    for (const LadderStep& step : opening->ask) out.string(step.role);
    out.end_array();
  }
  out.key("passed_over").begin_array();
  for (const PassedOver& other : judgement.passed_over) {
    out.begin_object().member("playbook", other.playbook).key("reasons").begin_array();
    for (const std::string& reason : other.reasons) out.string(reason);
    out.end_array().end_object();
  }
  return out.end_array().end_object().take();
}

void print_json(const Judgement& judgement) {
  json::Writer out;
  write(out, judgement.verdict);
  std::string text = out.take();
  text.pop_back();  // the closing brace: one member more
  fmt::print("{},\"decision\":{}}}\n", text, decision_json(judgement));
}

// The mention of one line, with the zone given beside it.
Result<Mention> read_line(std::string_view text, int number, std::string& zone) {
  TRY_ASSIGN(const auto document, json::Document::parse(text));
  json::View root = document.root();
  if (root["topic"] && root["value"].is_object()) root = root["value"];  // as `tail --json` says it
  TRY_ASSIGN(Mention mention, mention_from_json(root));
  zone = root["zone"].string(root["customer_zone"].string());
  if (!zone.empty() && !Zone::find(zone)) {
    return fail(Fault::malformed, fmt::format("no zone '{}'", zone));
  }
  if (mention.id.empty()) mention.id = fmt::format("stdin:{}", number);
  if (mention.network.empty()) {
    const size_t colon = mention.author.id.find(':');
    if (colon != std::string::npos) mention.network = mention.author.id.substr(0, colon);
  }
  limit(mention);
  return mention;
}

int explain_all(const Rehearsal& rehearsal, bool as_json) {
  bool all_read = true;
  int number = 0;
  for (std::string text; std::getline(std::cin, text);) {
    ++number;
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    std::string zone;
    auto mention = read_line(text, number, zone);
    if (!mention) {
      all_read = false;
      fmt::print(stderr, "maitred: line {}: {}\n", number, mention.error().text);
      continue;
    }
    const Judgement judgement = rehearsal.judge(std::move(*mention), zone);
    if (as_json) {
      print_json(judgement);
    } else {
      print_page(judgement);
    }
  }
  std::fflush(stdout);
  if (std::ferror(stdout)) return kExitIo;
  return all_read ? kExitOk : kExitBadInput;
}

int explain(const Args& args) {
  const bool named = args.has("--config") || std::getenv("MAITRED_CONFIG") != nullptr;
  const auto file = named ? std::filesystem::path(args.get("--config")) : demo_configuration();
  const auto loaded = Configuration::load(file);
  std::vector<ConfigFault> faults = loaded.faults;
  std::vector<Customer> customers;
  if (args.has("--customers")) customers = load_customers(args.get("--customers"), faults);
  if (!faults.empty()) {
    fmt::print(stderr, "{}", to_text(faults));
    return kExitConfig;
  }
  const auto rehearsal = Rehearsal::make(loaded.configuration, std::move(customers));
  if (!rehearsal) return report(rehearsal.error());
  return explain_all(*rehearsal, args.has("--json"));
}

}  // namespace

const Command& explain_command() {
  static const Command command{
      {"explain"},
      kForTuning,
      "Say what would become of posts, and why",
      kHelp,
      {config_option(),
       {"--customers", "FILE", "customers.csv, so that guests in it are known"},
       {"--json", "", "one verdict a line, with its reading and decision"}},
      explain};
  return command;
}

}  // namespace maitred
