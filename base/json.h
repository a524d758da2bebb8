// JSON in and out: the door to RapidJSON, parsed iteratively and with its encoding validated, so
// that neither depth nor bad UTF-8 can hurt (shared notes, "parsing": 200 000 nested '[' overflow
// the recursive parser's stack). Views are cheap handles into their Document and die with it.
//
// A Document and its views belong to one thread at a time.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace maitred::json {

// One value inside a Document, or nothing (a member that is not there). Asking the wrong question
// is not an error: it answers nothing, the default, or an empty range.
class View {
 public:
  View() = default;
  explicit operator bool() const { return node_ != nullptr; }  // something, even null

  bool is_null() const;
  bool is_object() const;
  bool is_array() const;
  bool is_string() const;
  bool is_number() const;
  bool is_bool() const;

  View operator[](std::string_view member) const;  // first member of that name
  View at(size_t index) const;
  size_t size() const;                               // of an array or object, else 0
  std::string_view member_name(size_t index) const;  // of an object
  View member_value(size_t index) const;

  std::string_view string(std::string_view otherwise = {}) const;
  std::optional<int64_t> integer() const;  // exact only; a double or an out-of-range number is none
  std::optional<double> number() const;
  bool boolean(bool otherwise = false) const;
  std::optional<Time> time() const;  // an RFC 3339 string
  std::string text() const;          // the value as JSON again, on one line

 private:
  friend class Document;
  explicit View(const void* node) : node_(node) {}
  const void* node_ = nullptr;
};

class Document {
 public:
  // malformed: not exactly one JSON value in valid UTF-8, or deeper than 512; says at which byte.
  static Result<Document> parse(std::string_view text);
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();
  View root() const;

 private:
  struct Body;
  explicit Document(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

// Writes one JSON value on one line. Members come out in the order they are written. Strings must
// be UTF-8; a byte that is not becomes U+FFFD.
class Writer {
 public:
  Writer();
  ~Writer();
  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);
  Writer& string(std::string_view value);
  Writer& integer(int64_t value);
  Writer& number(double value);  // at most 6 digits after the point
  Writer& boolean(bool value);
  Writer& null();
  Writer& time(Time value);                  // RFC 3339
  Writer& raw(std::string_view json_value);  // must be valid JSON

  // A member in one breath; the `if_` forms leave out what is empty or absent.
  Writer& member(std::string_view name, std::string_view value);
  Writer& member(std::string_view name, const char* value);
  Writer& member(std::string_view name, int64_t value);
  Writer& member(std::string_view name, int value);
  Writer& member(std::string_view name, double value);
  Writer& member(std::string_view name, bool value);
  Writer& member(std::string_view name, Time value);
  Writer& member_if(std::string_view name, std::string_view value);
  Writer& member_if(std::string_view name, std::optional<Time> value);

  std::string take();  // what was written; the Writer is then empty and usable again

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace maitred::json
