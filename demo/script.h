// The script of the evening (config/demo/script.toml): what is posted when, and what the scripted
// staff of `--once` do about it. Times are house time since the curtain rose. What has to come of
// it is not here but in expected.toml, which the referee alone reads.
//
// Plain data once read.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "bus/mention.h"

namespace maitred::demo {

struct Post {
  std::string name;     // "steakhouse": how script, expectations and summary call it
  std::string heading;  // one line for who watches
  std::chrono::seconds at{0};
  Mention mention;  // network, id, author, text, …; posted_at is when it is posted
  std::string by;   // a post by the house: the staff id that opens it; else empty
};

// One thing a person does about a post, `after` the push that asks for it, or after the curtain.
struct Act {
  std::chrono::seconds after{0};
  bool from_curtain = false;
  std::string deed;  // claim, approve, …, or the step to report
};

struct Part {
  std::string post;
  std::string person;
  bool by_shell = false;  // types the shell line; else presses the button behind the link
  std::vector<Act> acts;
};

struct Script {
  std::vector<Post> posts;
  std::vector<Part> parts;
  std::chrono::seconds curtain{0};  // when the evening ends at the latest
};

Result<Script> load_script(const std::filesystem::path& path);

}  // namespace maitred::demo
