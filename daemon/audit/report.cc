#include <fmt/core.h>

#include "base/json.h"
#include "daemon/audit/audit.h"

namespace maitred::audit {
namespace {

std::string counts(const std::map<std::string, int64_t>& numbers) {
  std::string text;
  for (const auto& [name, number] : numbers) {
    if (number > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, name);
  }
  return text.empty() ? "none" : text;
}

std::string breach_line(const Breach& breach) {
  std::string line = "      " + breach.where;
  if (!breach.key.empty()) line += " " + breach.key;
  if (!breach.cause.empty()) line += " by " + breach.cause;
  return line + ": " + breach.what + "\n";
}

}  // namespace

std::string to_text(const Report& report) {
  std::string text;
  for (const Check& check : report.checks) {
    text += fmt::format("{:<4}{:<48} ", check.invariant, check.says);
    text += check.broken == 0 ? fmt::format("ok, {} looked at\n", check.looked_at)
                              : fmt::format("BROKEN, {} of {}\n", check.broken, check.looked_at);
    for (const Breach& breach : check.first) text += breach_line(breach);
    if (check.broken > static_cast<int64_t>(check.first.size())) {
      text += fmt::format("      and {} more\n",
                          check.broken - static_cast<int64_t>(check.first.size()));
    }
  }
  std::string books;
  for (const std::string& book : report.books) books += " " + book + ".db";
  text += fmt::format("\nread      {}\n", counts(report.records));
  text += fmt::format("books    {}\n", books.empty() ? " none here" : books);
  text += fmt::format("tasks     {} keys, {} events applied; void: {}\n", report.keys,
                      report.applied, counts(report.voids));
  text +=
      fmt::format("mentions  {} met again, {} not decided yet\n", report.copies, report.waiting);
  text += fmt::format("took      {:.1f} s\n", static_cast<double>(report.took.count()) / 1000);
  return text;
}

std::string to_json(const Report& report) {
  json::Writer out;
  const auto numbers = [&](const char* name, const std::map<std::string, int64_t>& of) {
    out.key(name).begin_object();
    for (const auto& [what, number] : of) out.member(what, number);
    out.end_object();
  };
  out.begin_object().member("holds", report.holds());
  out.key("checks").begin_array();
  for (const Check& check : report.checks) {
    out.begin_object().member("invariant", check.invariant).member("says", check.says);
    out.member("holds", check.broken == 0).member("looked_at", check.looked_at);
    out.member("broken", check.broken).key("first").begin_array();
    for (const Breach& breach : check.first) {
      out.begin_object().member("where", breach.where).member_if("key", breach.key);
      out.member_if("cause", breach.cause).member("what", breach.what).end_object();
    }
    out.end_array().end_object();
  }
  out.end_array();
  numbers("records", report.records);
  out.key("books").begin_array();
  for (const std::string& book : report.books) out.string(book);
  out.end_array();
  out.member("keys", report.keys).member("applied", report.applied);
  numbers("voids", report.voids);
  out.member("copies", report.copies).member("waiting", report.waiting);
  out.member("seconds", static_cast<double>(report.took.count()) / 1000);
  return out.end_object().take();
}

}  // namespace maitred::audit
