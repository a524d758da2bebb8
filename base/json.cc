#include "base/json.h"

#include <cassert>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#define RAPIDJSON_HAS_STDSTRING 0
// An exception of RapidJSON's own assertions would be our mistake, so they stay assertions.
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/text.h"
#include "base/zone.h"

namespace maitred::json {
namespace {

constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
constexpr int kDepthMax = 512;

const rapidjson::Value& node_of(const void* node) {
  return *static_cast<const rapidjson::Value*>(node);
}

// Nesting is bounded before parsing, so that no later walk over the tree can run out of stack.
// Returns the byte at which it is too deep, or npos.
size_t too_deep_at(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDepthMax) return i;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return std::string_view::npos;
}

}  // namespace

bool View::is_null() const {
  return node_ && node_of(node_).IsNull();
}
bool View::is_object() const {
  return node_ && node_of(node_).IsObject();
}
bool View::is_array() const {
  return node_ && node_of(node_).IsArray();
}
bool View::is_string() const {
  return node_ && node_of(node_).IsString();
}
bool View::is_number() const {
  return node_ && node_of(node_).IsNumber();
}
bool View::is_bool() const {
  return node_ && node_of(node_).IsBool();
}

View View::operator[](std::string_view member) const {
  if (!is_object()) return {};
  const auto& object = node_of(node_);
  const rapidjson::Value name(
      rapidjson::StringRef(member.data(), static_cast<rapidjson::SizeType>(member.size())));
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? View() : View(&found->value);
}

View View::at(size_t index) const {
  if (!is_array() || index >= node_of(node_).Size()) return {};
  return View(&node_of(node_)[static_cast<rapidjson::SizeType>(index)]);
}

size_t View::size() const {
  if (is_array()) return node_of(node_).Size();
  return is_object() ? node_of(node_).MemberCount() : 0;
}

std::string_view View::member_name(size_t index) const {
  if (!is_object() || index >= size()) return {};
  const auto& name = (node_of(node_).MemberBegin() + static_cast<std::ptrdiff_t>(index))->name;
  return {name.GetString(), name.GetStringLength()};
}

View View::member_value(size_t index) const {
  if (!is_object() || index >= size()) return {};
  return View(&(node_of(node_).MemberBegin() + static_cast<std::ptrdiff_t>(index))->value);
}

std::string_view View::string(std::string_view otherwise) const {
  if (!is_string()) return otherwise;
  return {node_of(node_).GetString(), node_of(node_).GetStringLength()};
}

std::optional<int64_t> View::integer() const {
  if (!node_ || !node_of(node_).IsInt64()) return {};
  return node_of(node_).GetInt64();
}

std::optional<double> View::number() const {
  if (!is_number()) return {};
  return node_of(node_).GetDouble();
}

bool View::boolean(bool otherwise) const {
  return is_bool() ? node_of(node_).GetBool() : otherwise;
}

std::optional<Time> View::time() const {
  if (!is_string()) return {};
  auto parsed = parse_rfc3339(string());
  if (!parsed) return {};
  return *parsed;
}

std::string View::text() const {
  if (!node_) return "null";
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  node_of(node_).Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

struct Document::Body {
  rapidjson::Document document;
};

Document::Document(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::parse(std::string_view text) {
  if (const size_t at = too_deep_at(text); at != std::string_view::npos) {
    return fail(Fault::malformed,
                fmt::format("JSON nested deeper than {} at byte {}", kDepthMax, at));
  }
  auto body = std::make_unique<Body>();
  body->document.Parse<kFlags>(text.data(), text.size());
  if (body->document.HasParseError()) {
    return fail(Fault::malformed,
                fmt::format("not JSON at byte {}: {}", body->document.GetErrorOffset(),
                            rapidjson::GetParseError_En(body->document.GetParseError())));
  }
  return Document(std::move(body));
}

View Document::root() const {
  return View(&body_->document);
}

struct Writer::Body {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
};

Writer::Writer() : body_(std::make_unique<Body>()) {
  body_->writer.SetMaxDecimalPlaces(6);
}
Writer::~Writer() = default;

Writer& Writer::begin_object() {
  return body_->writer.StartObject(), *this;
}
Writer& Writer::end_object() {
  return body_->writer.EndObject(), *this;
}
Writer& Writer::begin_array() {
  return body_->writer.StartArray(), *this;
}
Writer& Writer::end_array() {
  return body_->writer.EndArray(), *this;
}
Writer& Writer::integer(int64_t value) {
  return body_->writer.Int64(value), *this;
}
Writer& Writer::boolean(bool value) {
  return body_->writer.Bool(value), *this;
}
Writer& Writer::null() {
  return body_->writer.Null(), *this;
}
Writer& Writer::time(Time value) {
  return string(to_rfc3339(value));
}

Writer& Writer::key(std::string_view name) {
  body_->writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  return *this;
}

Writer& Writer::string(std::string_view value) {
  if (is_valid_utf8(value)) {
    body_->writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  } else {
    const std::string repaired = repair_utf8(value);
    body_->writer.String(repaired.data(), static_cast<rapidjson::SizeType>(repaired.size()));
  }
  return *this;
}

Writer& Writer::number(double value) {
  // JSON has no infinities; a whole number is written without a point.
  if (!std::isfinite(value)) return null();
  if (value == std::floor(value) && std::abs(value) < 9e15)
    return integer(static_cast<int64_t>(value));
  body_->writer.Double(value);
  return *this;
}

Writer& Writer::raw(std::string_view json_value) {
  body_->writer.RawValue(json_value.data(), json_value.size(), rapidjson::kObjectType);
  return *this;
}

Writer& Writer::member(std::string_view name, std::string_view value) {
  return key(name).string(value);
}
Writer& Writer::member(std::string_view name, const char* value) {
  return key(name).string(value);
}
Writer& Writer::member(std::string_view name, int64_t value) {
  return key(name).integer(value);
}
Writer& Writer::member(std::string_view name, int value) {
  return key(name).integer(value);
}
Writer& Writer::member(std::string_view name, double value) {
  return key(name).number(value);
}
Writer& Writer::member(std::string_view name, bool value) {
  return key(name).boolean(value);
}
Writer& Writer::member(std::string_view name, Time value) {
  return key(name).time(value);
}

Writer& Writer::member_if(std::string_view name, std::string_view value) {
  return value.empty() ? *this : member(name, value);
}

Writer& Writer::member_if(std::string_view name, std::optional<Time> value) {
  return value ? member(name, *value) : *this;
}

std::string Writer::take() {
  std::string written(body_->buffer.GetString(), body_->buffer.GetSize());
  body_->buffer.Clear();
  body_->writer.Reset(body_->buffer);
  return written;
}

}  // namespace maitred::json
