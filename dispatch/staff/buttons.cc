#include "dispatch/staff/buttons.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/digest.h"
#include "base/files.h"

namespace maitred {
namespace {

constexpr char kSeparator = '\x1f';  // between the fields of a payload; in none of them
constexpr size_t kKeyBytes = 32;
constexpr size_t kNonceBytes = 12;
constexpr size_t kSignatureBytes = 16;
constexpr size_t kTokenMax = 1024;
constexpr std::string_view kOpenWord = "open";

std::string first_bytes(const Sha256& digest, size_t count) {
  return {reinterpret_cast<const char*>(digest.data()), count};
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (;;) {
    const size_t at = text.find(kSeparator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

}  // namespace

Result<Buttons> Buttons::open(const std::filesystem::path& directory) {
  const auto path = directory / "button.key";
  auto key = read_file(path, 4096);
  if (key && key->size() == kKeyBytes) return Buttons(std::move(*key));
  if (key) return fail(Fault::broken, path.string() + " is not a button key: remove it");
  if (key.error().fault != Fault::missing) {
    return fail("cannot read the button key", std::move(key).error());
  }
  std::string fresh = random_bytes(kKeyBytes);
  auto written = replace_file(path, fresh, 0600);
  if (!written) return fail("cannot write the button key", std::move(written).error());
  return Buttons(std::move(fresh));
}

Button Buttons::make(const Task& task, const std::string& person, std::optional<Verb> verb,
                     const std::string& step) const {
  Button button{task.id, verb, step, person, {}, {}};
  const std::string meaning =
      fmt::format("nonce{0}{1}{0}{2}{0}{3}{0}{4}{0}{5}", kSeparator, task.id, task.round,
                  verb ? word(*verb) : kOpenWord, step, person);
  button.nonce = base64url(first_bytes(hmac_sha256(key_, meaning), kNonceBytes));
  Time base = task.changed_at;
  if (task.opening.window && task.opening.window->due) {
    base = std::max(base, *task.opening.window->due);
  }
  button.expires = std::chrono::floor<std::chrono::seconds>(base + kButtonLife);
  return button;
}

std::string Buttons::sign(std::string_view payload) const {
  return base64url(first_bytes(hmac_sha256(key_, payload), kSignatureBytes));
}

std::string Buttons::token(const Button& button) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(button.expires);
  const std::string payload =
      fmt::format("{1}{0}{2}{0}{3}{0}{4}{0}{5}{0}{6}", kSeparator, button.task,
                  button.verb ? word(*button.verb) : kOpenWord, button.step, button.person,
                  button.nonce, seconds.time_since_epoch().count());
  return base64url(payload) + "." + sign(payload);
}

Result<Button> Buttons::read(std::string_view token) const {
  const auto unknown = [] { return fail(Fault::missing, "there is no such button"); };
  const size_t dot = token.find('.');
  if (token.size() > kTokenMax || dot == std::string_view::npos) return unknown();
  const auto payload = from_base64url(token.substr(0, dot));
  if (!payload || !equal_in_constant_time(sign(*payload), token.substr(dot + 1))) return unknown();
  std::vector<std::string> fields = split(*payload);
  if (fields.size() != 6) return unknown();
  const auto verb = verb_from(fields[1]);
  int64_t seconds = 0;
  const std::string& end = fields[5];
  const auto parsed = std::from_chars(end.data(), end.data() + end.size(), seconds);
  if ((!verb && fields[1] != kOpenWord) || parsed.ec != std::errc()) return unknown();
  return Button{fields[0], verb,      fields[2],
                fields[3], fields[4], Time(std::chrono::seconds(seconds))};
}

}  // namespace maitred
