#include <algorithm>
#include <array>

#include "base/html.h"

namespace maitred {
namespace {

// &nbsp; is U+00A0, and these are the 96 characters from there, in order.
constexpr std::string_view kLatin1 =
    "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr "
    "deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 "
    "iquest "
    "Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml "
    "Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times "
    "Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring "
    "aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde "
    "ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml ";

struct Entity {
  std::string_view name;
  char32_t value;
};

// The others that people and editors put into posts.
constexpr Entity kEntities[] = {
    {"amp", '&'},       {"lt", '<'},        {"gt", '>'},        {"quot", '"'},
    {"apos", '\''},     {"Tab", '\t'},      {"NewLine", '\n'},  {"excl", '!'},
    {"num", '#'},       {"dollar", '$'},    {"percnt", '%'},    {"lpar", '('},
    {"rpar", ')'},      {"ast", '*'},       {"plus", '+'},      {"comma", ','},
    {"period", '.'},    {"sol", '/'},       {"colon", ':'},     {"semi", ';'},
    {"equals", '='},    {"quest", '?'},     {"commat", '@'},    {"lsqb", '['},
    {"rsqb", ']'},      {"lowbar", '_'},    {"lbrace", '{'},    {"verbar", '|'},
    {"rbrace", '}'},    {"OElig", 0x152},   {"oelig", 0x153},   {"Scaron", 0x160},
    {"scaron", 0x161},  {"Yuml", 0x178},    {"circ", 0x2C6},    {"tilde", 0x2DC},
    {"ensp", 0x2002},   {"emsp", 0x2003},   {"thinsp", 0x2009}, {"zwnj", 0x200C},
    {"zwj", 0x200D},    {"lrm", 0x200E},    {"rlm", 0x200F},    {"ndash", 0x2013},
    {"mdash", 0x2014},  {"lsquo", 0x2018},  {"rsquo", 0x2019},  {"sbquo", 0x201A},
    {"ldquo", 0x201C},  {"rdquo", 0x201D},  {"bdquo", 0x201E},  {"dagger", 0x2020},
    {"bull", 0x2022},   {"hellip", 0x2026}, {"permil", 0x2030}, {"lsaquo", 0x2039},
    {"rsaquo", 0x203A}, {"euro", 0x20AC},   {"trade", 0x2122},  {"larr", 0x2190},
    {"uarr", 0x2191},   {"rarr", 0x2192},   {"darr", 0x2193},   {"harr", 0x2194},
    {"minus", 0x2212},  {"infin", 0x221E},  {"ne", 0x2260},     {"le", 0x2264},
    {"ge", 0x2265},     {"hearts", 0x2665}, {"check", 0x2713},
};

std::optional<char32_t> named_entity(std::string_view name) {
  for (const Entity& entity : kEntities) {
    if (entity.name == name) return entity.value;
  }
  std::string_view left = kLatin1;
  for (char32_t value = 0xA0; !left.empty(); ++value) {
    const size_t end = left.find(' ');
    if (left.substr(0, end) == name) return value;
    left.remove_prefix(end + 1);
  }
  return {};
}

// What browsers show for &#128; to &#159;: the Windows characters people meant.
constexpr std::array<char32_t, 32> kWindows1252 = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

constexpr size_t kEntityMax = 32;  // bytes of "&…;": beyond it an ampersand is only that

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  c = to_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The number of "&#8364;" or "&#x20AC;"; `at` begins at '#' and is moved past the reference.
std::optional<char32_t> numeric_entity(std::string_view text, size_t& at) {
  size_t i = at + 1;
  const bool is_hex = i < text.size() && to_lower(text[i]) == 'x';
  if (is_hex) ++i;
  const size_t first = i;
  char32_t value = 0;
  for (; i < text.size(); ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0 || (!is_hex && digit > 9)) break;
    value = std::min<char32_t>(value * (is_hex ? 16 : 10) + static_cast<char32_t>(digit), 0x110000);
  }
  if (i == first) return {};
  if (i < text.size() && text[i] == ';') ++i;
  at = i;
  if (value >= 128 && value < 160) return kWindows1252[value - 128];
  if (value == 0 || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return 0xFFFD;
  return value;
}

}  // namespace

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t bits) { out += static_cast<char>(bits); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6)), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12)), put(0x80 | ((c >> 6) & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18)), put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F)), put(0x80 | (c & 0x3F));
  }
}

std::optional<char32_t> read_entity(std::string_view text, size_t& at) {
  size_t i = at + 1;
  if (i < text.size() && text[i] == '#') {
    const auto value = numeric_entity(text, i);
    if (value) at = i;
    return value;
  }
  const size_t stop = std::min(text.size(), at + kEntityMax);
  while (i < stop && (is_letter(text[i]) || is_digit(text[i]))) ++i;
  const std::string_view name = text.substr(at + 1, i - at - 1);
  const bool closed = i < text.size() && text[i] == ';';
  // Without its semicolon only the oldest few are meant ("a &amp b"); in "?a=1&copy=2" none is.
  const bool old = name == "amp" || name == "lt" || name == "gt" || name == "quot";
  if (!closed && (!old || (i < text.size() && text[i] == '='))) return {};
  const auto value = named_entity(name);
  if (value) at = closed ? i + 1 : i;
  return value;
}

std::string decode_entities(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '&') {
      if (const auto value = read_entity(text, at)) {
        append_utf8(out, *value);
        continue;
      }
    }
    out += text[at++];
  }
  return out;
}

}  // namespace maitred
