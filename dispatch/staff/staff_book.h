// The staff book: people and shifts, folded from `maitred.staff` (compacted; the last record of a
// key counts, null removes it). Sessions on the same topic are the board's and not kept here.
//
// Thread-safe. Valid once the Fold has opened it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bus/fold.h"
#include "dispatch/staff/roster.h"

namespace maitred {

class StaffBook : public Book {
 public:
  explicit StaffBook(TopicNames names) : names_(std::move(names)) {}

  const char* name() const override { return "staff"; }
  int rules() const override { return 1; }
  std::vector<Topic> topics() const override { return {Topic::staff}; }
  Result<void> create(Db& db) override;
  Result<void> apply(Db& db, Topic topic, const Stored& record) override;
  // Nothing: a compacted topic keeps its last word for ever, and so do we.
  Result<void> forget(Db& db, Topic topic, int partition, Time before) override;

  Result<Roster> roster();  // what cannot be read is left out
  Result<std::string> dump();

 private:
  TopicNames names_;
};

}  // namespace maitred
