// Copy: one topic of a log onto another bus, as it is: keys, values, headers, the order within each
// key, and the stamps, so that ages, retention and what came too late stay what they were and every
// book folds to the same rows. Nothing that is there is changed. Each record carries where it came
// from (kCopiedFrom), by which a copy that was broken off goes on, and by which the place of a
// group is found again.
//
// Partitions are merged by log time: a target partition may be fed by several where the counts
// differ. Nobody may write to either log meanwhile; both are compared when all is done. A target
// topic on a Kafka must take its writers' stamps (topic_plan.h, kByWriter). Belongs to one thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "bus/topics.h"
#include "daemon/copy/tally.h"

namespace maitred {

struct CopySide {
  Bus& bus;
  const TopicNames& names;
  const Clock& house;
};

struct CopyCounts {
  int64_t copied = 0;
  int64_t there_before = 0;  // by the copy that was broken off
  int64_t misplaced = 0;     // where its key does not hash to: void on the old log, so left out
  int64_t expired = 0;       // retention takes it within the hour: left out
};

class TopicCopy {
 public:
  using Progress = std::function<void(int64_t done, int64_t all)>;

  TopicCopy(CopySide from, CopySide to, Topic topic);
  // Looks at the target. conflict: it is not empty; with `resume`, it holds what no copy put there.
  Result<void> prepare(bool resume);
  Result<void> run(const Progress& progress);
  // Reads the copy back. conflict: it does not say the same, or somebody wrote meanwhile. Else
  // where a group goes on that had come to `reached` on the old log.
  Result<Positions> verify(const Positions& reached);

  Topic topic() const { return topic_; }
  const CopyCounts& counts() const { return counts_; }
  const Tally& tally() const { return tally_; }

 private:
  struct Stream;  // one partition of the source
  Result<std::vector<Stream>> open_streams();
  Result<void> fill(Stream& stream);
  Result<void> take(Stored record);
  Result<void> flush();

  CopySide from_, to_;
  Topic topic_;
  std::string source_, target_;  // names
  bool same_counts_;
  Positions ends_;                                 // of the source, when we began
  std::map<std::pair<int, int>, int64_t> copied_;  // target, source partition → last offset there
  std::map<int, Time> stamped_;                    // target partition → last stamp
  std::vector<Record> batch_;
  Tally tally_;
  CopyCounts counts_;
};

}  // namespace maitred
