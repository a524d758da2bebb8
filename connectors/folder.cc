#include "connectors/folder.h"

#include <algorithm>

#include "base/digest.h"
#include "base/json.h"

namespace maitred {
namespace {

struct Place {
  std::map<std::string, FilePlace> files;
  std::string skipping;  // the file whose overlong line is being passed over
};

// {"files":{"name":[offset,size]},"skipping":"name"}
Place read_place(std::string_view cursor) {
  Place place;
  const auto words = json::Document::parse(cursor.empty() ? "{}" : cursor);
  if (!words) return place;
  const json::View files = words->root()["files"];
  for (size_t i = 0; i < files.size(); ++i) {
    const json::View pair = files.member_value(i);
    place.files[std::string(files.member_name(i))] = {
        std::max<int64_t>(pair.at(0).integer().value_or(0), 0), pair.at(1).integer().value_or(-1)};
  }
  place.skipping = words->root()["skipping"].string();
  return place;
}

std::string to_text(const Place& place) {
  json::Writer out;
  out.begin_object().key("files").begin_object();
  for (const auto& [name, file] : place.files) {
    out.key(name).begin_array().integer(file.offset).integer(file.size).end_array();
  }
  out.end_object().member_if("skipping", place.skipping).end_object();
  return out.take();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

std::string with_network(const std::string& network, std::string id) {
  return id.starts_with(network + ":") ? id : network + ":" + id;
}

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = line.find_first_not_of(kSpace);
  if (begin == line.npos) return {};
  return line.substr(begin, line.find_last_not_of(kSpace) - begin + 1);
}

class Folder : public Connector {
 public:
  explicit Folder(SourceSettings settings) : settings_(std::move(settings)) {}

  Ask ask(std::string_view cursor, const Session&) const override {
    Ask ask;
    ask.directory = settings_.directory;
    ask.files = read_place(cursor).files;
    return ask;
  }

  std::optional<Ask> look(const std::vector<Sought>&, const Session&) const override { return {}; }

  Result<Page> parse(const Ask&, const Answer& answer, std::string_view cursor,
                     const Session&) const override {
    Page page;
    Place place = read_place(cursor);
    const bool at_end = answer.offset + static_cast<int64_t>(answer.body.size()) >= answer.size;
    const size_t used = read_lines(answer, at_end, place, page);
    place.files[answer.name] = {answer.offset + static_cast<int64_t>(used),
                                at_end ? answer.size : -1};
    if (!answer.names.empty()) forget_missing(place, answer.names);
    page.more = true;  // until the directory has nothing new
    page.cursor = to_text(place);
    return page;
  }

 private:
  // Turns the body's lines into mentions; how many of its bytes are done with.
  size_t read_lines(const Answer& answer, bool at_end, Place& place, Page& page) const {
    std::string_view left = answer.body;
    if (answer.offset == 0 && left.starts_with("\xEF\xBB\xBF")) left.remove_prefix(3);
    for (size_t end = left.find('\n'); end != left.npos; end = left.find('\n')) {
      const std::string_view line = left.substr(0, end);
      left.remove_prefix(end + 1);
      if (place.skipping == answer.name) {
        place.skipping.clear();  // this was the end of the overlong line
      } else {
        read_line(answer, line, page);
      }
    }
    if (left.empty()) return answer.body.size();
    if (place.skipping == answer.name) return answer.body.size();
    if (left.size() == answer.body.size() && left.size() >= kSliceMax) {
      page.rejected.push_back({"line_too_long", "a line is over 1 MiB", std::string(left)});
      place.skipping = answer.name;
      return answer.body.size();
    }
    // A JSON object says itself where it ends: whole, it cannot be the beginning of a longer line.
    const std::string_view rest = trimmed(left);
    if (at_end && rest.ends_with('}')) {
      const auto document = json::Document::parse(rest);
      if (document && document->root().is_object()) {
        read_line(answer, rest, page);
        return answer.body.size();
      }
    }
    return answer.body.size() - left.size();
  }

  void read_line(const Answer& answer, std::string_view line, Page& page) const {
    line = trimmed(line);
    if (line.empty()) return;
    const auto reject = [&](const char* reason, const std::string& detail) {
      page.rejected.push_back({reason, detail, std::string(line)});
    };
    const auto document = json::Document::parse(line);
    if (!document) return reject("not_json", document.error().text);
    auto mention = mention_from_json(document->root());
    if (!mention) return reject("not_a_mention", mention.error().text);
    complete(*mention, document->root(), line, answer.at);
    limit(*mention);
    page.mentions.push_back(std::move(*mention));
  }

  void complete(Mention& mention, json::View object, std::string_view line, Time at) const {
    mention.source = settings_.name;
    mention.seen_at = at;
    if (mention.network.empty()) mention.network = "folder";
    if (!mention.posted_at) mention.posted_at = at;
    if (mention.id.empty()) {
      mention.id = mention.network + ":" + hex(sha256(line)).substr(0, 32);
    } else {
      mention.id = with_network(mention.network, mention.id);
      if (object["revision"].string().empty()) mention.revision = revision_of_content(mention);
    }
    Author& author = mention.author;
    if (author.id.empty()) author.id = lower(author.handle);
    while (author.id.starts_with('@')) author.id.erase(0, 1);
    if (!author.id.empty()) author.id = with_network(mention.network, author.id);
    if (author.handle.empty() && !author.id.empty()) {
      author.handle = author.id.substr(mention.network.size() + 1);
    }
  }

  // Files that are gone from the directory need no place any more.
  static void forget_missing(Place& place, const std::vector<std::string>& names) {
    std::erase_if(place.files,
                  [&](const auto& file) { return !std::ranges::binary_search(names, file.first); });
  }

  SourceSettings settings_;
};

}  // namespace

std::unique_ptr<Connector> make_folder(SourceSettings settings) {
  return std::make_unique<Folder>(std::move(settings));
}

}  // namespace maitred
