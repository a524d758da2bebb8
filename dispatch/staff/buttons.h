// Buttons: links that do one thing for one person. A token names task, verb, step and person, has
// an end, and is signed with a key that never leaves the state directory. Its nonce is derived from
// what it does (and in which round), so a push that is sent again carries the same button; the
// nonce is the event's cause, which is what makes a button single-use. Nothing personal is in it.
//
// Immutable once opened; any thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "dispatch/tasks/task.h"

namespace maitred {

inline constexpr std::chrono::hours kButtonLife{24};  // after the window, or the last change

struct Button {
  std::string task;
  std::optional<Verb> verb;  // none = Open
  std::string step;          // of `progressed`
  std::string person;
  std::string nonce;
  Time expires;
  std::string cause() const { return "button:" + nonce; }
};

class Buttons {
 public:
  // Reads `directory`/button.key, or makes it (32 random bytes, 0600).
  static Result<Buttons> open(const std::filesystem::path& directory);
  explicit Buttons(std::string key) : key_(std::move(key)) {}

  Button make(const Task& task, const std::string& person, std::optional<Verb> verb,
              const std::string& step = {}) const;
  std::string token(const Button& button) const;
  // missing: not a token of ours. Whether it has expired is for the caller to see.
  Result<Button> read(std::string_view token) const;

 private:
  std::string sign(std::string_view payload) const;
  std::string key_;
};

}  // namespace maitred
