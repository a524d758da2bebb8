// Result<T>: what every fallible function returns. An Error's Fault names the reaction that is
// due, not the origin; its text reads on after "cannot …: ". Exceptions end at the door of the
// library that throws and never cross a header of ours.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace maitred {

enum class Fault {
  transient,  // try again, with backoff
  throttled,  // try again, not before Error::retry_after
  denied,     // credentials or rights: a person has to act, retry slowly
  malformed,  // the bytes are wrong: keep them, do not retry
  missing,    // what was asked for is not there
  conflict,   // somebody else was first: read again, decide anew
  broken,     // our own state or code: stop and say so
};

// The word used in logs and metric labels ("transient", "throttled", …).
const char* word(Fault fault);

struct Error {
  Fault fault = Fault::broken;
  std::string text;
  std::optional<std::chrono::seconds> retry_after = {};  // set with `throttled` if the peer said so
};

template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

inline tl::unexpected<Error> fail(Fault fault, std::string text) {
  return tl::unexpected<Error>(Error{fault, std::move(text), {}});
}

// The same error, told from one floor up: "cannot read the log: disk full".
inline tl::unexpected<Error> fail(std::string what, Error cause) {
  cause.text = std::move(what) + ": " + cause.text;
  return tl::unexpected<Error>(std::move(cause));
}

}  // namespace maitred

#define MAITRED_CAT2(a, b) a##b
#define MAITRED_CAT(a, b) MAITRED_CAT2(a, b)

// TRY(expr): leave with the error of expr, if it has one.
#define TRY(expr) TRY_AS(MAITRED_CAT(try_, __COUNTER__), expr)
#define TRY_AS(name, expr)                                     \
  do {                                                         \
    auto name = (expr);                                        \
    if (!name) return tl::unexpected(std::move(name).error()); \
  } while (false)

// TRY_ASSIGN(auto x, expr): the same, else x = the value.
#define TRY_ASSIGN(decl, expr) TRY_ASSIGN_AS(MAITRED_CAT(try_, __COUNTER__), decl, expr)
#define TRY_ASSIGN_AS(name, decl, expr)                      \
  auto name = (expr);                                        \
  if (!name) return tl::unexpected(std::move(name).error()); \
  decl = std::move(*name)
