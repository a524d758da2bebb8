// The ledger: takes the records of the log and finds what must not be on it: I3 (one task a
// mention, whatever is redelivered) and I4 (copies agree, of verdicts the last counts, a record
// lies where its key belongs). It is fed a topic at a time, in the order `rejects`, `tasks`,
// `verdicts`, `mentions`, the rest, so that the cause of a thing is known when the thing comes.
//
// What it remembers: 23 to 46 bytes for each mention@revision, and some 150 bytes for each task
// with 16 for each cause it has met. A million mentions and as many tasks of ten events take some
// 400 MB; texts are never kept.
//
// Pure; belongs to one thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "bus/record.h"
#include "bus/topics.h"
#include "daemon/audit/acceptance.h"
#include "daemon/audit/check.h"
#include "daemon/audit/marks.h"

namespace maitred::audit {

// Where the log stood when it was measured.
struct Extent {
  Positions decided;          // of mentions: those below have been committed by the dispatcher
  bool tasks_whole = true;    // retention has not taken anything from `tasks` yet
  Time verdicts_kept_from{};  // a verdict older than this may be gone
};

class Ledger {
 public:
  Ledger(TopicNames names, Extent extent) : names_(std::move(names)), extent_(std::move(extent)) {}

  void take(Topic topic, const Stored& record);
  void close();  // after the last record: settles what depends on what came later

  using Keys = std::unordered_map<std::string, Key>;
  const Keys& keys() const { return keys_; }
  const std::map<std::string, int64_t>& voids() const { return voids_; }  // reason → events
  int64_t all_voids() const;
  int64_t applied() const { return applied_; }
  int64_t waiting() const { return waiting_; }  // mentions the dispatcher has not committed yet
  int64_t copies() const { return copies_; }    // mentions met more than once
  Time newest() const { return newest_; }
  std::vector<Check> checks() const;

 private:
  struct Stray {  // an opening on a key that is not its mention's
    Breach breach;
    std::string mention;
  };

  bool lies_right(Topic topic, const Stored& record);
  void take_reject(const Stored& record);
  void take_task(const Stored& record);
  void take_verdict(const Stored& record);
  void take_mention(const Stored& record);
  void check_fate(const Stored& record, const Event& event);
  void check_verdict(const Stored& record, uint64_t mention_revision, json::View verdict);
  std::string verdict_fault(json::View verdict, uint64_t cause, Time log_time) const;
  std::string opened_fault(json::View verdict, const Key* own, uint64_t cause) const;
  std::string joined_fault(json::View verdict, const Key* own, uint64_t cause, Time at) const;
  std::string changed_fault(json::View verdict, const Key* own, uint64_t cause) const;
  const Key* key_of(std::string_view task) const;  // nullptr: no event of it was applied
  std::string nothing_known() const;

  TopicNames names_;
  Extent extent_;
  Keys keys_;
  Marks mentions_;               // mention@revision → what its copies must agree in
  std::set<uint64_t> rejected_;  // values that dispatch could not read
  std::set<int> stopped_;        // partitions of `tasks` with a record of a newer version
  std::map<uint64_t, Breach> contradicting_;  // mention@revision → its last verdict, if wrong
  std::vector<Stray> strays_;
  std::map<std::string, int64_t> voids_;
  int64_t applied_ = 0, waiting_ = 0, copies_ = 0;
  Time newest_{};

  Check fates_{"I3", "each mention has one fate, on its own key"};
  Check verdicts_{"I3", "the last verdicts agree with the fates"};
  Check decided_{"I3", "every mention that was passed has a verdict"};
  Check mentions_agree_{"I4", "copies of a mention agree"};
  Check events_agree_{"I4", "copies of an event agree"};
  Check placed_{"I4", "every record lies in its key's partition"};
};

}  // namespace maitred::audit
