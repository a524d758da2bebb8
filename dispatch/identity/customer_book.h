// The customer book: customers and links, folded from `maitred.customers` and `maitred.links`
// (compacted; the last record of a key counts, null erases it). It answers the dispatcher's "who
// could this author be" and the floor's "what is this customer called". Personal data rests here
// and goes with the record that erases it.
//
// Thread-safe. Valid once the Fold has opened it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bus/fold.h"
#include "dispatch/identity/identify.h"

namespace maitred {

class CustomerBook : public Book {
 public:
  explicit CustomerBook(TopicNames names) : names_(std::move(names)) {}

  const char* name() const override { return "customers"; }
  int rules() const override { return 1; }
  std::vector<Topic> topics() const override { return {Topic::customers, Topic::links}; }
  Result<void> create(Db& db) override;
  Result<void> apply(Db& db, Topic topic, const Stored& record) override;

  // Everybody on file under this author's names; nobody for an author whose link says erased.
  Result<std::vector<CustomerMatch>> candidates(const Author& author);
  Result<std::optional<Customer>> by_id(const std::string& id);
  Result<bool> is_erased(const std::string& author);
  Result<std::vector<Customer>> find(const std::string& part_of_name, int max);
  Result<std::string> dump();  // every row in one canonical order (I11)

 private:
  Result<void> apply_customer(Db& db, const Stored& record);
  TopicNames names_;
};

}  // namespace maitred
