#include <doctest/doctest.h>

#include <filesystem>

#include "base/digest.h"
#include "base/zone.h"
#include "bus/embedded/embedded_bus.h"
#include "dispatch/identity/customer_book.h"
#include "dispatch/identity/identify.h"

namespace maitred {
namespace {

Customer customer_of(std::string id, std::string network, std::string handle, bool consents) {
  Customer customer;
  customer.id = std::move(id);
  customer.name = "Name of " + customer.id;
  CustomerHandle on_file;
  on_file.network = std::move(network);
  on_file.id = std::move(handle);
  if (consents) on_file.consent = Consent{"app", {}};
  customer.handles.push_back(std::move(on_file));
  return customer;
}

TEST_CASE("an author is known by a handle with consent and by nothing less") {
  const std::vector<Customer> file{
      customer_of("c1", "mastodon", "@Ann@Social.Example", true),
      customer_of("c2", "mastodon", "bob@social.example", false),
      customer_of("c3", "bluesky", "carol.example", true),
      customer_of("c4", "mastodon", "twin@social.example", true),
      customer_of("c5", "mastodon", "twin@social.example", true),
  };
  struct Row {
    const char* author;
    const char* handle;
    Who who;
    const char* customer;
  };
  for (const Row& row : {
           Row{"mastodon:ann@social.example", "ann@social.example", Who::known, "c1"},
           Row{"mastodon:bob@social.example", "bob@social.example", Who::unknown, ""},
           Row{"bluesky:did:plc:abc", "carol.example", Who::known, "c3"},
           Row{"mastodon:carol.example", "carol.example", Who::unknown, ""},
           Row{"mastodon:twin@social.example", "twin@social.example", Who::unknown, ""},
           Row{"mastodon:ann@other.example", "ann@other.example", Who::unknown, ""},
           Row{"", "", Who::unknown, ""},
       }) {
    CAPTURE(std::string(row.author));
    Mention mention;
    mention.network = "mastodon";
    mention.author.id = row.author;
    mention.author.handle = row.handle;
    const Identity identity = identify(mention, match_handles(file, mention.author), {});
    CHECK(identity.who == row.who);
    CHECK(identity.customer == row.customer);
    CHECK(identity.how == (row.who == Who::known ? "handle" : ""));
    IdentityPolicy obeys;
    obeys.never_on = {"mastodon"};
    CHECK(identify(mention, match_handles(file, mention.author), obeys).who == Who::unknown);
  }
}

// A book on a real fold of a real log, in a directory that goes with it.
struct Library {
  Library() {
    directory =
        std::filesystem::temp_directory_path() / ("maitred-identity-" + hex(random_bytes(6)));
    std::filesystem::create_directories(directory);
    bus = *EmbeddedBus::open({directory, names, false, false}, clock);
    fold = std::make_unique<Fold>(*bus, names, std::vector<Book*>{&book}, directory);
    REQUIRE(fold->open());
    settle();
  }
  ~Library() {
    fold.reset();
    bus.reset();
    std::filesystem::remove_all(directory);
  }
  void put(Topic topic, const std::string& key, std::optional<std::string> value) {
    const std::vector<Record> records{make_record(names, topic, key, key, std::move(value))};
    REQUIRE(bus->publish(names.name(topic), records));
    settle();
  }
  void settle() {
    while (true) {
      const auto moved = fold->step(Duration(0), {});
      REQUIRE(moved);
      if (!*moved) return;
    }
  }
  std::string how(const char* author) {
    Author one;
    one.id = author;
    const auto matches = book.candidates(one);
    REQUIRE(matches);
    std::string text;
    for (const auto& match : *matches) text += match.how + ":" + match.customer.id + " ";
    return text;
  }
  std::filesystem::path directory;
  TopicNames names{"maitred", 2, 2};
  FakeClock clock{*parse_rfc3339("2026-03-05T18:00:00Z")};
  std::unique_ptr<EmbeddedBus> bus;
  CustomerBook book{names};
  std::unique_ptr<Fold> fold;
};

TEST_CASE("the last record of a key counts, and null leaves nothing of a person") {
  Library library;
  const char* ann = "mastodon:ann@social.example";
  library.put(Topic::customers, "c1",
              to_json(customer_of("c1", "mastodon", "ann@social.example", true)));
  CHECK(library.how(ann) == "handle:c1 ");
  CHECK((*library.book.by_id("c1"))->name == "Name of c1");
  CHECK(library.book.find("NAME OF", 5)->size() == 1);

  library.put(Topic::customers, "c1", to_json(customer_of("c1", "bluesky", "ann.example", true)));
  CHECK(library.how(ann).empty());
  library.put(Topic::links, ann, R"({"author":"mastodon:ann@social.example","customer":"c1"})");
  CHECK(library.how(ann) == "link:c1 ");
  library.put(Topic::links, ann, R"({"author":"mastodon:ann@social.example","erased":true})");
  CHECK(library.how(ann).empty());
  CHECK(*library.book.is_erased(ann));
  library.put(Topic::links, ann, std::nullopt);
  CHECK_FALSE(*library.book.is_erased(ann));

  library.put(Topic::customers, "c1", std::nullopt);
  CHECK_FALSE(*library.book.by_id("c1"));
  CHECK(library.book.dump()->empty());
  library.put(Topic::customers, "c9", "not json");
  library.put(Topic::customers, "c9", R"({"id":"somebody else"})");
  CHECK_FALSE(*library.book.by_id("c9"));
}

}  // namespace
}  // namespace maitred
