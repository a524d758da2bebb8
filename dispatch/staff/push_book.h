// The push book: who was told what, folded from `maitred.pushes`. The last record of a (task, step,
// person, courier) counts. It also knows which tasks some phone may still be showing, so that what
// is over gets cleared even by a floor that was not there when it ended.
//
// Thread-safe. Valid once the Fold has opened it.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bus/fold.h"
#include "bus/push.h"

namespace maitred {

class PushBook : public Book {
 public:
  explicit PushBook(TopicNames names) : names_(std::move(names)) {}

  const char* name() const override { return "pushes"; }
  int rules() const override { return 1; }
  std::vector<Topic> topics() const override { return {Topic::pushes}; }
  Result<void> create(Db& db) override;
  Result<void> apply(Db& db, Topic topic, const Stored& record) override;
  Result<void> forget(Db& db, Topic topic, int partition, Time before) override;

  Result<std::vector<Push>> of_task(const std::string& task);  // in log order; `at` = log time
  Result<std::set<std::string>> showing();                     // tasks that are on some phone
  Result<std::string> dump();

 private:
  TopicNames names_;
};

}  // namespace maitred
