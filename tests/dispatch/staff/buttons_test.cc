// Buttons: signed, of one person, the same again when pushed again.
#include "dispatch/staff/buttons.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tests/dispatch/staff/house.h"

using namespace maitred;
using namespace maitred::test;

namespace {

Task open_task() {
  Story story;
  story.tell(opened(), kEvening);
  return story.task;
}

}  // namespace

TEST_CASE("a token says again what went into it") {
  const Buttons buttons("key");
  const Task task = open_task();
  for (const auto verb : {std::optional<Verb>(Verb::claimed), std::optional<Verb>()}) {
    const Button made = buttons.make(task, "anna", verb, "cook");
    const auto read = buttons.read(buttons.token(made));
    REQUIRE(read);
    CHECK(read->task == task.id);
    CHECK(read->verb == verb);
    CHECK(read->step == "cook");
    CHECK(read->person == "anna");
    CHECK(read->cause() == made.cause());
    CHECK(read->expires == *task.opening.window->due + kButtonLife);
  }
}

TEST_CASE("one bit more or less, and there is no such button") {
  const Buttons buttons("key");
  const std::string token = buttons.token(buttons.make(open_task(), "anna", Verb::claimed));
  for (size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    if (forged == token) continue;
    // The last letter of a base64 group may carry unused bits; what it decodes to must not change.
    const auto read = buttons.read(forged);
    CAPTURE(i);
    CHECK_FALSE((read && (read->person != "anna" || read->verb != Verb::claimed)));
    if (i + 1 != token.find('.') && i + 1 != token.size()) CHECK_FALSE(read);
  }
  CHECK_FALSE(Buttons("another key").read(token));
  for (const char* junk : {"", ".", "a.b", "....", "%00.%00"}) CHECK_FALSE(buttons.read(junk));
  CHECK_FALSE(buttons.read(std::string(5000, 'A')));
}

TEST_CASE("the same push again has the same button; another round, person or step another") {
  const Buttons buttons("key");
  Task task = open_task();
  const std::string nonce = buttons.make(task, "anna", Verb::claimed).nonce;
  CHECK(buttons.make(task, "anna", Verb::claimed).nonce == nonce);
  CHECK(buttons.make(task, "ben", Verb::claimed).nonce != nonce);
  CHECK(buttons.make(task, "anna", Verb::refused).nonce != nonce);
  CHECK(buttons.make(task, "anna", Verb::claimed, "x").nonce != nonce);
  task.round = 2;
  CHECK(buttons.make(task, "anna", Verb::claimed).nonce != nonce);
}

TEST_CASE("the key is made once, for our eyes alone") {
  const Scratch scratch;
  const auto first = Buttons::open(scratch.path());
  const auto second = Buttons::open(scratch.path());
  REQUIRE((first && second));
  CHECK(second->read(first->token(first->make(open_task(), "anna", Verb::claimed))));
  struct stat info {};
  REQUIRE(::stat((scratch.path() / "button.key").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
}
