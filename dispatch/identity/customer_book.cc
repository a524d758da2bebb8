#include "dispatch/identity/customer_book.h"

#include <fmt/core.h>

#include "base/text.h"

namespace maitred {
namespace {

std::optional<Customer> parse_customer(std::string_view key, std::string_view body) {
  const auto document = json::Document::parse(body);
  if (!document) return {};
  auto customer = customer_from_json(document->root());
  if (!customer || customer->id != key) return {};
  return std::move(*customer);
}

std::optional<Link> parse_link(std::string_view key, std::string_view body) {
  const auto document = json::Document::parse(body);
  if (!document) return {};
  auto link = link_from_json(document->root());
  if (!link || link->author != key) return {};
  return std::move(*link);
}

Result<std::optional<Customer>> load_customer(Db& db, std::string_view id) {
  std::optional<Customer> customer;
  TRY(db.query("SELECT body FROM customers WHERE id=?", {id}, [&](const Row& row) {
    customer = parse_customer(id, row.text(0));
    return false;
  }));
  return customer;
}

Result<std::optional<Link>> load_link(Db& db, std::string_view author) {
  std::optional<Link> link;
  TRY(db.query("SELECT body FROM links WHERE author=?", {author}, [&](const Row& row) {
    link = parse_link(author, row.text(0));
    return false;
  }));
  return link;
}

}  // namespace

Result<void> CustomerBook::create(Db& db) {
  return db.script(R"(
    CREATE TABLE customers(id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE handles(key TEXT NOT NULL, customer TEXT NOT NULL,
      PRIMARY KEY(key, customer)) WITHOUT ROWID;
    CREATE INDEX handles_customer ON handles(customer);
    CREATE TABLE links(author TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  )");
}

// An unreadable value takes the place of the one before, as compaction would: a book rebuilt later,
// when the older record is gone, must come out the same.
Result<void> CustomerBook::apply(Db& db, Topic topic, const Stored& record) {
  if (partition_of(record.key, names_.count(topic)) != record.position.partition) return {};
  if (topic == Topic::customers) return apply_customer(db, record);
  if (!record.value) return db.run("DELETE FROM links WHERE author=?", {record.key});
  return db.run("INSERT OR REPLACE INTO links(author, body) VALUES(?,?)",
                {record.key, *record.value});
}

Result<void> CustomerBook::apply_customer(Db& db, const Stored& record) {
  TRY(db.run("DELETE FROM handles WHERE customer=?", {record.key}));
  if (!record.value) return db.run("DELETE FROM customers WHERE id=?", {record.key});
  TRY(db.run("INSERT OR REPLACE INTO customers(id, body) VALUES(?,?)",
             {record.key, *record.value}));
  const auto customer = parse_customer(record.key, *record.value);
  if (!customer) return {};
  for (const CustomerHandle& handle : customer->handles) {
    for (const std::string& key : handle_keys(handle)) {
      TRY(db.run("INSERT OR IGNORE INTO handles(key, customer) VALUES(?,?)", {key, record.key}));
    }
  }
  return {};
}

Result<std::vector<CustomerMatch>> CustomerBook::candidates(const Author& author) {
  if (author.id.empty()) return std::vector<CustomerMatch>();
  return read([&](Db& db) -> Result<std::vector<CustomerMatch>> {
    std::vector<CustomerMatch> matches;
    TRY_ASSIGN(const auto link, load_link(db, author.id));
    if (link && link->erased) return matches;
    if (link) {
      TRY_ASSIGN(auto linked, load_customer(db, link->customer));
      if (linked) matches.push_back({std::move(*linked), "link", link->consent});
    }
    std::vector<Customer> customers;
    for (const std::string& key : handle_keys(author)) {
      std::vector<std::string> ids;
      TRY(db.query("SELECT customer FROM handles WHERE key=?", {key}, [&](const Row& row) {
        ids.emplace_back(row.text(0));
        return true;
      }));
      for (const std::string& id : ids) {
        TRY_ASSIGN(auto customer, load_customer(db, id));
        if (customer) customers.push_back(std::move(*customer));
      }
    }
    for (auto& match : match_handles(customers, author)) matches.push_back(std::move(match));
    return matches;
  });
}

Result<std::optional<Customer>> CustomerBook::by_id(const std::string& id) {
  return read([&](Db& db) { return load_customer(db, id); });
}

Result<bool> CustomerBook::is_erased(const std::string& author) {
  return read([&](Db& db) -> Result<bool> {
    TRY_ASSIGN(const auto link, load_link(db, author));
    return link && link->erased;
  });
}

Result<std::vector<Customer>> CustomerBook::find(const std::string& part_of_name, int max) {
  const std::string wanted = fold(part_of_name);
  return read([&](Db& db) -> Result<std::vector<Customer>> {
    std::vector<Customer> found;
    TRY(db.query("SELECT id, body FROM customers ORDER BY id", {}, [&](const Row& row) {
      auto customer = parse_customer(row.text(0), row.text(1));
      if (customer && fold(customer->name).find(wanted) != std::string::npos) {
        found.push_back(std::move(*customer));
      }
      return static_cast<int>(found.size()) < max;
    }));
    return found;
  });
}

Result<std::string> CustomerBook::dump() {
  return read([](Db& db) -> Result<std::string> {
    std::string all;
    for (const char* sql : {"SELECT id, body FROM customers ORDER BY id",
                            "SELECT key, customer FROM handles ORDER BY key, customer",
                            "SELECT author, body FROM links ORDER BY author"}) {
      TRY(db.query(sql, {}, [&](const Row& row) {
        all += fmt::format("{}\t{}\n", row.text(0), row.text(1));
        return true;
      }));
    }
    return all;
  });
}

}  // namespace maitred
