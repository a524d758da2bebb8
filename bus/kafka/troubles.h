// What stands in the way of the bus just now. Every client of one bus reports here, and a trouble
// is logged once when it starts and once when it ends, however many clients meet it and however
// often: the brokers that do not answer, a password that is refused, a topic that is gone.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace maitred {

class KafkaTroubles {
 public:
  // `client` says of `subject` ("kafka" for the connection, else a topic or group) that it cannot
  // be used, and why. A reason a person has to act on replaces one that only takes time.
  void begin(std::string_view subject, std::string_view client, const Error& why);
  void end(std::string_view subject, std::string_view client);
  void forget(std::string_view client);  // it is no more; silently
  bool any(std::string_view subject) const;
  std::optional<Error> of(std::string_view subject) const;  // none: it can be used
  std::vector<std::string> sentences() const;
  // When some client was last answered, real time; epoch = never. Once one was, listener and login
  // suit each other; and a client that has nothing to ask is in no trouble while others are
  // answered.
  void note_up() { up_ = real_clock().now(); }
  Time last_up() const { return up_; }
  bool was_up() const { return last_up() != Time(); }

 private:
  struct Trouble {
    Error why;
    Time since;  // real time
    std::set<std::string, std::less<>> clients = {};
  };
  using Open = std::map<std::string, Trouble, std::less<>>;
  void leave(Open::iterator& trouble, std::string_view client, bool over);

  mutable std::mutex mutex_;
  Open open_;
  std::atomic<Time> up_ = Time();
};

inline constexpr std::string_view kKafkaConnection = "kafka";

}  // namespace maitred
