#include "demo/script.h"

#include <algorithm>

#include "config/document.h"
#include "config/quantity.h"

namespace maitred::demo {
namespace {

Post read_post(Section section) {
  Post post;
  post.name = section.required_text("name");
  post.heading = section.text("heading", post.name);
  post.at = section.duration("at");
  post.by = section.text("by");
  Mention& mention = post.mention;
  mention.id = section.text("id");
  mention.network = section.text("network", "folder");
  mention.kind = section.choice("kind", {"post", "review"}, "post") == "review"
                     ? MentionKind::review
                     : MentionKind::post;
  mention.url = section.text("url");
  mention.author.handle = section.text("author");
  mention.author.id = mention.author.handle;
  mention.author.name = section.text("author_name");
  mention.text = section.required_text("text");
  if (const auto stars = section.number("stars")) mention.rating = Rating{*stars, 5};
  if (const auto where = section.text("location"); !where.empty()) {
    mention.location = Location{};
    mention.location->name = where;
  }
  return post;
}

// "5m cook": five minutes after the push that asks for it; "at 70m serve": not before that time.
Act read_act(Section& section, std::string text) {
  const std::string whole = text;
  Act act;
  if (text.starts_with("at ")) {
    act.from_curtain = true;
    text.erase(0, 3);
  }
  const size_t blank = text.find(' ');
  const auto after = parse_duration(text.substr(0, blank));
  if (!after || blank == std::string::npos) {
    section.fault("acts", "'" + whole + "' is no act", "write e.g. \"2m claim\"");
    return {};
  }
  act.after = *after;
  act.deed = text.substr(blank + 1);
  return act;
}

Part read_part(Section section) {
  Part part;
  part.post = section.required_text("post");
  part.person = section.required_text("person");
  part.by_shell = section.choice("through", {"button", "shell"}, "button") == "shell";
  for (const std::string& text : section.texts("acts")) {
    part.acts.push_back(read_act(section, text));
  }
  return part;
}

}  // namespace

Result<Script> load_script(const std::filesystem::path& path) {
  Document document = Document::load(path);
  Script script;
  Section root = document.root();
  script.curtain = root.duration("curtain", std::chrono::hours(3));
  for (Section& section : root.array("post")) script.posts.push_back(read_post(section));
  for (Section& section : root.array("part")) {
    script.parts.push_back(read_part(section));
    const auto known = [&](const Post& post) { return post.name == script.parts.back().post; };
    if (std::none_of(script.posts.begin(), script.posts.end(), known)) {
      section.fault("post", "there is no post of that name");
    }
  }
  if (const auto faults = document.faults(); !faults.empty()) {
    return fail(Fault::malformed, to_text(faults));
  }
  return script;
}

}  // namespace maitred::demo
