// Records of the log as people and programs read them: `maitred tail` and `maitred why` print
// these. One line a record, whatever the topic. Pure, apart from follow_all, which reads a bus.
#pragma once

#include <functional>
#include <string>

#include "bus/bus.h"
#include "bus/topics.h"

namespace maitred {

// {"topic","partition","offset","time","key","headers":{…},"value":…}: the value as JSON if it is
// JSON, else as a string; null for a tombstone.
std::string json_line(const Stored& record);

// "18:00:05 tasks/7@12 t9m3…: claimed by staff anna": what a person needs of it, by topic.
std::string plain_line(const TopicNames& names, const Stored& record);

// Where to begin: "start", "end", an RFC 3339 time, or an age ("90s", "2h", "7d") before `now`.
Result<Positions> positions_from(Bus& bus, const std::string& topic, const std::string& from,
                                 Time now);

// Reads topics from the given positions to their present end, oldest first within a partition.
Result<void> read_all(Bus& bus, const TopicPositions& from,
                      const std::function<void(const Stored&)>& each);

}  // namespace maitred
