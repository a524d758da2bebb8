// The audit: reads the whole log once, on either bus and beside a running daemon, and says which of
// the invariants I3, I4 and I11 hold. Here it is settled in which order places are taken and topics
// are read, so that a log that goes on growing raises no false alarm: first how far the dispatcher
// has committed, then the ends of what follows from something, then of what it follows from.
//
// Belongs to one thread. It writes nothing but copies of books, into a directory that goes again.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "bus/topics.h"
#include "daemon/audit/check.h"

namespace maitred::audit {

struct Report {
  std::vector<Check> checks = {};
  std::map<std::string, int64_t> records = {};  // topic's suffix → how many were read
  std::vector<std::string> books = {};          // that were there to compare
  std::map<std::string, int64_t> voids = {};    // reason → events
  int64_t keys = 0;                             // of tasks
  int64_t applied = 0;
  int64_t copies = 0;   // of mentions
  int64_t waiting = 0;  // mentions the dispatcher has yet to settle
  Duration took{};
  bool holds() const;
};

// How many records are read, of how many; and what is going on.
using Progress = std::function<void(int64_t done, int64_t of, const std::string& what)>;

// An error: the log or a book could not be read to its end, and nothing is said about either.
Result<Report> audit(Bus& bus, const TopicNames& names, const std::filesystem::path& state,
                     Time now, const Progress& progress);

std::string to_text(const Report& report);  // a line a check, what broke below it
std::string to_json(const Report& report);  // one object, on one line

}  // namespace maitred::audit
