#include "config/document.h"

#include <fmt/core.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cmath>

#include "base/files.h"
#include "base/zone.h"
#include "config/nearest.h"

namespace maitred {
namespace {

constexpr size_t kFileMax = 4 << 20;

const toml::table& table_of(const void* table) {
  return *static_cast<const toml::table*>(table);
}
const toml::node& node_of(const void* node) {
  return *static_cast<const toml::node*>(node);
}
int line_of(const toml::node& node) {
  return static_cast<int>(node.source().begin.line);
}

std::string join(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

// A value as the operator wrote it, shortened, for "'…' is not a …".
std::string shown(const toml::node& node) {
  if (const auto* text = node.as_string()) return fmt::format("'{}'", text->get().substr(0, 40));
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (node.is_array()) return "a list";
  if (node.is_table()) return "a table";
  return "a date";
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "\"" : ", \"") + word + "\"";
  return text;
}

Time time_of(const toml::date_time& at) {
  const auto day =
      std::chrono::sys_days(std::chrono::year(at.date.year) / std::chrono::month(at.date.month) /
                            std::chrono::day(at.date.day));
  return day + std::chrono::hours(at.time.hour) + std::chrono::minutes(at.time.minute) +
         std::chrono::seconds(at.time.second) +
         std::chrono::milliseconds(at.time.nanosecond / 1'000'000) -
         std::chrono::minutes(at.offset ? at.offset->minutes : 0);
}

// The tables a value is, or holds in a list.
template <typename F>
void each_table(const toml::node& node, F f) {
  if (const auto* table = node.as_table()) f(*table);
  if (const auto* list = node.as_array()) {
    for (const auto& entry : *list) {
      if (const auto* table = entry.as_table()) f(*table);
    }
  }
}

bool holds(const toml::table& table, std::string_view pattern) {
  const size_t dot = std::min(pattern.find('.'), pattern.size());
  const std::string_view word = pattern.substr(0, dot);
  const std::string_view rest = pattern.substr(std::min(dot + 1, pattern.size()));
  bool found = false;
  for (const auto& [key, node] : table) {
    if (word != "*" && key.str() != word) continue;
    if (rest.empty()) return true;
    each_table(node, [&](const toml::table& below) { found = found || holds(below, rest); });
  }
  return found;
}

}  // namespace

struct Section::Body {
  std::string file;
  toml::table root;
  bool readable = true;
  std::vector<ConfigFault> faults;
  struct Asked {
    std::string path;
    std::set<std::string, std::less<>> keys;
    bool all = false;  // tables by name: every key is one
  };
  std::map<const toml::table*, Asked> asked;
  std::set<std::string> known;

  void add(int line, std::string key, std::string what, std::string remedy) {
    faults.push_back({file, line, std::move(key), std::move(what), std::move(remedy)});
  }

  // One fault for each key under a table that was looked into and that nobody asked for.
  void unknown_keys(const toml::table& table, std::vector<ConfigFault>& out) const {
    const auto found = asked.find(&table);
    if (found == asked.end()) return;
    const Asked& known_here = found->second;
    for (const auto& [key, node] : table) {
      if (known_here.all || known_here.keys.count(key.str())) {
        each_table(node, [&](const toml::table& below) { unknown_keys(below, out); });
        continue;
      }
      const std::vector<std::string> names(known_here.keys.begin(), known_here.keys.end());
      const auto meant = nearest(key.str(), names);
      out.push_back({file, static_cast<int>(key.source().begin.line),
                     join(known_here.path, key.str()), "no such key",
                     meant ? fmt::format("did you mean {}?", *meant)
                           : fmt::format("known here: {}", listed(names))});
    }
  }
};

Section::Section(Body* body, const void* table, std::string path, std::string pattern)
    : body_(body), table_(table), path_(std::move(path)), pattern_(std::move(pattern)) {
  if (table_) body_->asked[&table_of(table_)].path = path_;
}

int Section::line() const {
  return table_ ? line_of(table_of(table_)) : 0;
}

bool Section::has(std::string_view key) const {
  return table_ && table_of(table_).contains(key);
}

KeyKind Section::kind(std::string_view key) const {
  const toml::node* node = table_ ? table_of(table_).get(key) : nullptr;
  if (!node) return KeyKind::none;
  if (node->is_string()) return KeyKind::text;
  if (node->is_boolean()) return KeyKind::flag;
  if (node->is_number()) return KeyKind::number;
  if (node->is_array()) return KeyKind::list;
  if (node->is_table()) return KeyKind::table;
  return KeyKind::time;
}

const void* Section::ask(std::string_view key) {
  body_->known.insert(join(pattern_, key));
  if (!table_) return nullptr;
  body_->asked[&table_of(table_)].keys.insert(std::string(key));
  return table_of(table_).get(key);
}

int Section::line(std::string_view key) const {
  if (!table_) return 0;
  const toml::node* node = table_of(table_).get(key);
  if (!node) node = table_of(table_).at_path(key).node();  // of values(): "linger.ms"
  return node ? line_of(*node) : line();
}

void Section::fault(std::string_view key, std::string what, std::string remedy) {
  body_->add(line(key), join(path_, key), std::move(what), std::move(remedy));
}

void Section::wrong_type(std::string_view key, std::string_view wanted, std::string_view example) {
  fault(key, fmt::format("{} is not {}", shown(*table_of(table_).get(key)), wanted),
        fmt::format("write e.g. {} = {}", key, example));
}

std::string Section::text(std::string_view key, std::string_view otherwise) {
  const void* node = ask(key);
  if (!node) return std::string(otherwise);
  if (const auto* text = node_of(node).as_string()) return text->get();
  wrong_type(key, "a text", "\"…\"");
  return std::string(otherwise);
}

std::string Section::required_text(std::string_view key) {
  std::string value = text(key);
  if (value.empty() && (!has(key) || kind(key) == KeyKind::text)) {
    fault(key, has(key) ? "empty" : "missing", fmt::format("write {} = \"…\"", key));
  }
  return value;
}

std::string Section::choice(std::string_view key, const std::vector<std::string>& words,
                            std::string_view otherwise) {
  std::string value = text(key, otherwise);
  if (!has(key) || std::find(words.begin(), words.end(), value) != words.end()) return value;
  const auto meant = nearest(value, words);
  fault(key, fmt::format("'{}' is not known", value),
        meant ? fmt::format("did you mean \"{}\"?", *meant)
              : fmt::format("one of {}", listed(words)));
  return std::string(otherwise);
}

std::vector<std::string> Section::texts(std::string_view key) {
  const void* node = ask(key);
  if (!node) return {};
  if (const auto* text = node_of(node).as_string()) return {text->get()};
  std::vector<std::string> values;
  const auto* list = node_of(node).as_array();
  if (!list) {
    wrong_type(key, "a list of texts", "[\"…\", \"…\"]");
    return {};
  }
  for (const auto& entry : *list) {
    if (const auto* text = entry.as_string()) {
      values.push_back(text->get());
    } else {
      body_->add(line_of(entry), join(path_, key), shown(entry) + " is not a text",
                 "put it in quotes");
    }
  }
  return values;
}

bool Section::flag(std::string_view key, bool otherwise) {
  const void* node = ask(key);
  if (!node) return otherwise;
  if (const auto* flag = node_of(node).as_boolean()) return flag->get();
  wrong_type(key, "true or false", "true");
  return otherwise;
}

int64_t Section::integer(std::string_view key, int64_t otherwise, int64_t min, int64_t max) {
  const void* node = ask(key);
  if (!node) return otherwise;
  const auto* number = node_of(node).as_integer();
  if (!number) {
    wrong_type(key, "a whole number", std::to_string(otherwise));
    return otherwise;
  }
  if (number->get() < min || number->get() > max) {
    fault(key, fmt::format("{} is out of range", number->get()),
          max == std::numeric_limits<int64_t>::max() ? fmt::format("at least {}", min)
                                                     : fmt::format("{} to {}", min, max));
    return otherwise;
  }
  return number->get();
}

std::optional<double> Section::number(std::string_view key) {
  const void* node = ask(key);
  if (!node) return {};
  if (const auto* number = node_of(node).as_integer()) return static_cast<double>(number->get());
  const auto* number = node_of(node).as_floating_point();
  if (number && std::isfinite(number->get())) return number->get();
  wrong_type(key, "a number", "1.5");
  return {};
}

std::chrono::seconds Section::duration(std::string_view key, std::chrono::seconds otherwise) {
  const void* node = ask(key);
  if (!node) return otherwise;
  const auto* text = node_of(node).as_string();
  const auto value = text ? parse_duration(text->get()) : std::nullopt;
  if (value) return *value;
  wrong_type(key, "a duration", "\"20s\", \"5m\", \"24h\" or \"90d\"");
  return otherwise;
}

std::optional<Money> Section::money(std::string_view key) {
  const void* node = ask(key);
  if (!node) return {};
  const auto* text = node_of(node).as_string();
  auto value = text ? parse_money(text->get()) : std::nullopt;
  if (!value) wrong_type(key, "a sum of money", "\"60 USD\"");
  return value;
}

std::optional<Time> Section::time(std::string_view key) {
  const void* node = ask(key);
  if (!node) return {};
  if (const auto* at = node_of(node).as_date_time(); at && at->get().offset) {
    return time_of(at->get());
  }
  if (const auto* text = node_of(node).as_string()) {
    if (const auto at = parse_rfc3339(text->get())) return *at;
  }
  wrong_type(key, "a moment with its offset", "2026-03-05T18:00:00-05:00");
  return {};
}

Section Section::table(std::string_view key) {
  const void* node = ask(key);
  const toml::table* below = node ? node_of(node).as_table() : nullptr;
  if (node && !below) wrong_type(key, "a table", "{ … }");
  return {body_, below, join(path_, key), join(pattern_, key)};
}

std::vector<Section> Section::array(std::string_view key) {
  const void* node = ask(key);
  if (!node) return {};
  const auto* list = node_of(node).as_array();
  if (!list) {
    wrong_type(key, "a list of tables", "[{ … }]");
    return {};
  }
  std::vector<Section> sections;
  for (const auto& entry : *list) {
    const std::string path = fmt::format("{}[{}]", join(path_, key), sections.size() + 1);
    if (const auto* below = entry.as_table()) {
      sections.push_back({body_, below, path, join(pattern_, key)});
    } else {
      body_->add(line_of(entry), path, shown(entry) + " is not a table", "write { … }");
    }
  }
  return sections;
}

std::vector<std::pair<std::string, Section>> Section::tables(std::string_view key) {
  Section all = table(key);
  if (!all) return {};
  body_->asked[&table_of(all.table_)].all = true;
  std::vector<std::pair<std::string, Section>> sections;
  for (const auto& [name, node] : table_of(all.table_)) {
    if (const auto* below = node.as_table()) {
      const std::string word(name.str());
      sections.push_back({word, {body_, below, join(all.path_, word), all.pattern_ + ".*"}});
    } else {
      all.fault(name.str(), shown(node) + " is not a table",
                fmt::format("write [{}.{}] above its keys", key, name.str()));
    }
  }
  return sections;
}

std::map<std::string, std::string> Section::values() {
  std::map<std::string, std::string> all;
  if (table_) add_values(table_, "", all);
  return all;
}

void Section::add_values(const void* table, const std::string& before,
                         std::map<std::string, std::string>& into) {
  body_->asked[&table_of(table)].all = true;
  for (const auto& [key, node] : table_of(table)) {
    const std::string name = join(before, key.str());
    if (const auto* below = node.as_table())
      add_values(below, name, into);
    else if (node.is_string() || node.is_number() || node.is_boolean())
      into[name] = node.is_string() ? node.as_string()->get() : shown(node);
    else
      fault(name, shown(node) + " is not a text", "put it in quotes");
  }
}

Document::Document(std::unique_ptr<Section::Body> body) : body_(std::move(body)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Document Document::load(const std::filesystem::path& path) {
  const auto bytes = read_file(path, kFileMax);
  if (bytes) return parse(*bytes, path.string());
  auto body = std::make_unique<Section::Body>();
  body->file = path.string();
  body->readable = false;
  body->add(0, "", "cannot be read: " + bytes.error().text, "name the file with --config FILE");
  return Document(std::move(body));
}

Document Document::parse(std::string_view text, std::string file) {
  auto body = std::make_unique<Section::Body>();
  body->file = std::move(file);
  try {
    body->root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    body->readable = false;
    body->add(static_cast<int>(error.source().begin.line), "", std::string(error.description()),
              "nothing else of this file was read");
  }
  return Document(std::move(body));
}

Section Document::root() {
  return {body_.get(), body_->readable ? &body_->root : nullptr, "", ""};
}

bool Document::readable() const {
  return body_->readable;
}

std::vector<ConfigFault> Document::faults() const {
  std::vector<ConfigFault> all = body_->faults;
  body_->unknown_keys(body_->root, all);
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  return all;
}

const std::set<std::string>& Document::known_keys() const {
  return body_->known;
}

bool Document::has(std::string_view pattern) const {
  return holds(body_->root, pattern);
}

}  // namespace maitred
