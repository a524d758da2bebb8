// How long it takes to read one post: ordinary ones in both languages, and the worst we are sent
// (64 KiB of one mark). Prints microseconds a post.
#include <fmt/core.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"
#include "config/gazetteer.h"
#include "config/words.h"
#include "dispatch/reading/read.h"

namespace {

double microseconds_of(const std::string& text, const maitred::Language& language, int rounds) {
  maitred::Mention mention;
  mention.network = "mastodon";
  mention.text = text;
  const auto begin = maitred::real_clock().now();
  size_t found = 0;
  for (int i = 0; i < rounds; ++i)
    found += maitred::read(mention, language, {begin, "", ""}).times.size();
  const auto took = maitred::real_clock().now() - begin;
  return found > 1u << 30 ? 0 : static_cast<double>(took.count()) * 1000 / rounds;
}

}  // namespace

int main() {
  const auto words = maitred::load_words("config/words");
  const auto gazetteer = maitred::load_gazetteer("config/gazetteer");
  if (!words || !gazetteer) {
    fmt::print(stderr,
               "run me from the checkout: config/words and config/gazetteer are not here\n");
    return 1;
  }
  maitred::ReadingSettings settings;
  settings.aliases = {"Morton's", "莫頓"};
  settings.items = {{"porterhouse", {"porterhouse", "紅屋牛排"}}, {"coffee", {"coffee", "咖啡"}}};
  const auto language = maitred::make_language(settings, *words, *gazetteer);
  if (!language) {
    fmt::print(stderr, "cannot make the language: {}\n", language.error().text);
    return 1;
  }
  const std::vector<std::string> posts{
      "Morton's, meet me at Newark airport with a porterhouse when I land in two hours",
      "莫頓，今晚八點十分我到松山機場，請送兩份紅屋牛排",
      "just walked past the old cinema, such a pretty light this evening",
  };
  for (const std::string& post : posts)
    fmt::print("{:8.1f} us  {}\n", microseconds_of(post, **language, 5000), post);
  fmt::print("{:8.1f} us  64 KiB of @\n",
             microseconds_of(std::string(64 << 10, '@'), **language, 20));
}
