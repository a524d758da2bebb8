// One TOML file, asked for what it should hold. A Section is a table of it; each getter says what
// type the key has and what stands for it when it is not there. Nothing throws and nothing stops
// at the first mistake: wrong types, wrong values, missing and unknown keys are all collected and
// handed out together by faults(). The door to toml++.
//
// A Document and its Sections belong to one thread; Sections die with their Document.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "config/fault.h"
#include "config/quantity.h"

namespace maitred {

enum class KeyKind { none, text, flag, number, list, table, time };

class Section {
 public:
  explicit operator bool() const { return table_ != nullptr; }  // it is written in the file
  const std::string& path() const { return path_; }             // "sources.mortons"
  int line() const;
  int line(std::string_view key) const;  // the table's, where there is no such key
  bool has(std::string_view key) const;
  KeyKind kind(std::string_view key) const;  // does not count as asking for it

  std::string text(std::string_view key, std::string_view otherwise = {});
  std::string required_text(std::string_view key);
  // A text out of `words`; anything else is a fault that lists them.
  std::string choice(std::string_view key, const std::vector<std::string>& words,
                     std::string_view otherwise);
  std::vector<std::string> texts(std::string_view key);  // an array of texts, or one text
  bool flag(std::string_view key, bool otherwise = false);
  int64_t integer(std::string_view key, int64_t otherwise,
                  int64_t min = std::numeric_limits<int64_t>::min(),
                  int64_t max = std::numeric_limits<int64_t>::max());
  std::optional<double> number(std::string_view key);
  std::chrono::seconds duration(std::string_view key, std::chrono::seconds otherwise = {});
  std::optional<Money> money(std::string_view key);
  std::optional<Time> time(std::string_view key);  // a TOML date-time with offset, or RFC 3339 text
  Section table(std::string_view key);
  std::vector<Section> array(std::string_view key);                           // [[playbook]]
  std::vector<std::pair<std::string, Section>> tables(std::string_view key);  // [sources.NAME]

  // Of a table whose keys are not ours to know: what it holds, numbers and flags as text. A dotted
  // key (linger.ms = 5, which TOML takes for a table in a table) is one key here.
  std::map<std::string, std::string> values();

  // What only the reader can know: a value of the right type that makes no sense.
  void fault(std::string_view key, std::string what, std::string remedy = {});

 private:
  friend class Document;
  struct Body;
  Section(Body* body, const void* table, std::string path, std::string pattern);
  const void* ask(std::string_view key);  // the key's node, or null; remembers that it was asked
  void wrong_type(std::string_view key, std::string_view wanted, std::string_view example);
  void add_values(const void* table, const std::string& before,
                  std::map<std::string, std::string>& into);

  Body* body_;
  const void* table_;
  std::string path_;
  std::string pattern_;  // path with NAME as *: what the example must document
};

class Document {
 public:
  // A file that cannot be read, or is no TOML, is a Document with no keys and that one fault.
  static Document load(const std::filesystem::path& path);
  static Document parse(std::string_view text, std::string file);
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  Section root();
  bool readable() const;
  // All faults, by line, with one for each key that nobody asked for. Call it after reading.
  std::vector<ConfigFault> faults() const;
  // Every key that was asked for: "bus.prefix", "sources.*.every", "playbook.when.intent".
  const std::set<std::string>& known_keys() const;
  bool has(std::string_view pattern) const;  // whether the file holds such a key anywhere

 private:
  explicit Document(std::unique_ptr<Section::Body> body);
  std::unique_ptr<Section::Body> body_;
};

}  // namespace maitred
