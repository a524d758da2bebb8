#include "base/html.h"

#include <algorithm>
#include <array>
#include <optional>

namespace maitred {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// The entities that people and editors put into posts, each with what it stands for.
constexpr std::string_view kNamed =
    " amp=& lt=< gt=> quot=\" apos=' Tab=\t NewLine=\n excl=! num=# dollar=$ percnt=% lpar=( "
    "rpar=) ast=* plus=+ comma=, period=. sol=/ colon=: semi=; equals== quest=? commat=@ lsqb=[ "
    "rsqb=] lowbar=_ lbrace={ verbar=| rbrace=} OElig=Œ oelig=œ Scaron=Š scaron=š Yuml=Ÿ circ=ˆ "
    "tilde=˜ ensp=\u2002 emsp=\u2003 thinsp=\u2009 zwnj=\u200c zwj=\u200d lrm=\u200e rlm=\u200f "
    "ndash=– mdash=— lsquo=‘ rsquo=’ sbquo=‚ ldquo=“ rdquo=” bdquo=„ dagger=† bull=• hellip=… "
    "permil=‰ lsaquo=‹ rsaquo=› euro=€ trade=™ larr=← uarr=↑ rarr=→ darr=↓ harr=↔ minus=− "
    "infin=∞ ne=≠ le=≤ ge=≥ hearts=♥ check=✓ nbsp=\u00a0 iexcl=¡ cent=¢ pound=£ curren=¤ yen=¥ "
    "brvbar=¦ sect=§ uml=¨ copy=© ordf=ª laquo=« not=¬ shy=\u00ad reg=® macr=¯ deg=° plusmn=± "
    "sup2=² sup3=³ acute=´ micro=µ para=¶ middot=· cedil=¸ sup1=¹ ordm=º raquo=» frac14=¼ "
    "frac12=½ frac34=¾ iquest=¿ Agrave=À Aacute=Á Acirc=Â Atilde=Ã Auml=Ä Aring=Å AElig=Æ "
    "Ccedil=Ç Egrave=È Eacute=É Ecirc=Ê Euml=Ë Igrave=Ì Iacute=Í Icirc=Î Iuml=Ï ETH=Ð Ntilde=Ñ "
    "Ograve=Ò Oacute=Ó Ocirc=Ô Otilde=Õ Ouml=Ö times=× Oslash=Ø Ugrave=Ù Uacute=Ú Ucirc=Û "
    "Uuml=Ü Yacute=Ý THORN=Þ szlig=ß agrave=à aacute=á acirc=â atilde=ã auml=ä aring=å aelig=æ "
    "ccedil=ç egrave=è eacute=é ecirc=ê euml=ë igrave=ì iacute=í icirc=î iuml=ï eth=ð ntilde=ñ "
    "ograve=ò oacute=ó ocirc=ô otilde=õ ouml=ö divide=÷ oslash=ø ugrave=ù uacute=ú ucirc=û "
    "uuml=ü yacute=ý thorn=þ yuml=ÿ ";

// What browsers show for &#128; to &#159;: the Windows characters people meant.
constexpr std::array<char32_t, 32> kWindows1252 = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

constexpr size_t kEntityMax = 32;  // bytes of "&…;": beyond it an ampersand is only that

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

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = to_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The number of "&#8364;" or "&#x20AC;"; `at` begins at '#' and is moved past the reference.
bool read_number(std::string_view text, size_t& at, std::string& out) {
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
  if (i == first) return false;
  if (i < text.size() && text[i] == ';') ++i;
  at = i;
  if (value >= 128 && value < 160) value = kWindows1252[value - 128];
  if (value == 0 || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) value = 0xFFFD;
  append_utf8(out, value);
  return true;
}

// Puts what the reference at `at` (an ampersand) stands for, and moves `at` past it. False: the
// ampersand is text.
bool read_entity(std::string_view text, size_t& at, std::string& out) {
  size_t i = at + 1;
  if (i < text.size() && text[i] == '#') {
    const bool is_number = read_number(text, i, out);
    if (is_number) at = i;
    return is_number;
  }
  const size_t stop = std::min(text.size(), at + kEntityMax);
  while (i < stop && (is_letter(text[i]) || (text[i] >= '0' && text[i] <= '9'))) ++i;
  const std::string name(text.substr(at + 1, i - at - 1));
  const bool closed = i < text.size() && text[i] == ';';
  // Without its semicolon only the oldest few are meant ("a &amp b"); in "?a=1&copy=2" none is.
  const bool old = name == "amp" || name == "lt" || name == "gt" || name == "quot";
  if (!closed && (!old || (i < text.size() && text[i] == '='))) return false;
  const size_t found = kNamed.find(" " + name + "=");
  if (found == kNamed.npos) return false;
  const size_t value = found + name.size() + 2;
  out += kNamed.substr(value, kNamed.find(' ', value) - value);
  at = closed ? i + 1 : i;
  return true;
}

struct Tag {
  std::string name;  // lower case
  bool closing = false;
  std::string href, alt, css_class;
};

// Reads tags one after another. Linear: an attribute whose quote never closes ends at the next
// '>', and that can happen once for each kind of quote, as none of that kind is left after it.
class Tags {
 public:
  explicit Tags(std::string_view html) : html_(html), last_end_(html.rfind('>')) {}

  bool ends_after(size_t at) const { return last_end_ != html_.npos && at < last_end_; }

  // The tag at `at` (a '<'), moving `at` past its '>'. Nothing: this '<' is text.
  std::optional<Tag> read(size_t& at) const {
    size_t i = at + 1;
    if (!ends_after(at)) return {};
    Tag tag;
    tag.closing = html_[i] == '/';
    if (tag.closing) ++i;
    if (!is_letter(html_[i])) return {};
    for (; html_[i] != '>' && html_[i] != '/' && !is_space(html_[i]); ++i) {
      if (tag.name.size() < 16) tag.name += to_lower(html_[i]);
    }
    while (i < html_.size() && html_[i] != '>') attribute(tag, i);
    at = std::min(i + 1, html_.size());
    return tag;
  }

 private:
  void attribute(Tag& tag, size_t& i) const {
    while (i < html_.size() && (is_space(html_[i]) || html_[i] == '/')) ++i;
    const size_t begin = i;
    while (i < html_.size() && !is_space(html_[i]) && html_[i] != '=' && html_[i] != '>' &&
           html_[i] != '/') {
      ++i;
    }
    const std::string_view name = html_.substr(begin, i - begin);
    while (i < html_.size() && is_space(html_[i])) ++i;
    if (i >= html_.size() || html_[i] != '=') return;
    ++i;
    while (i < html_.size() && is_space(html_[i])) ++i;
    const std::string_view value = attribute_value(i);
    if (same_word(name, "href")) tag.href = decode_entities(value);
    if (same_word(name, "alt")) tag.alt = decode_entities(value);
    if (same_word(name, "class")) tag.css_class = decode_entities(value);
  }

  std::string_view attribute_value(size_t& i) const {
    if (i < html_.size() && (html_[i] == '"' || html_[i] == '\'')) {
      const size_t begin = i + 1;
      const size_t quote = html_.find(html_[i], begin);
      const size_t end = quote == html_.npos ? html_.find('>', begin) : quote;
      const size_t stop = std::min(end, html_.size());
      i = quote == html_.npos ? stop : quote + 1;
      return html_.substr(begin, stop - begin);
    }
    const size_t begin = i;
    while (i < html_.size() && !is_space(html_[i]) && html_[i] != '>') ++i;
    return html_.substr(begin, i - begin);
  }

  static bool same_word(std::string_view name, std::string_view lower_case) {
    return std::ranges::equal(name, lower_case, {}, to_lower);
  }

  std::string_view html_;
  size_t last_end_;
};

bool has_class(const std::string& classes, const std::string& wanted) {
  return (" " + classes + " ").find(" " + wanted + " ") != std::string::npos;
}

// An address without what people leave out when they write one.
std::string_view bare_address(std::string_view url) {
  for (const std::string_view prefix : {"https://", "http://", "mailto:", "tel:"}) {
    if (url.starts_with(prefix)) {
      url.remove_prefix(prefix.size());
      break;
    }
  }
  if (url.starts_with("www.")) url.remove_prefix(4);
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

// The text as it grows: spaces and line breaks are owed until a word pays them.
class Lines {
 public:
  void space() { space_owed_ = true; }
  void line_break(int count) { breaks_owed_ = std::max(breaks_owed_, count); }
  void one_more_break() { breaks_owed_ = std::min(breaks_owed_ + 1, 2); }
  void put(std::string_view word) {
    if (word.empty()) return;
    pay();
    text_ += word;
  }
  void put_preformatted(char c) {
    if (c == '\r') return;
    if (c == '\n') {
      line_break(1);
    } else {
      put(std::string_view(&c, 1));
    }
  }
  size_t size() const { return text_.size(); }
  // Where the words begin that were put since the text had this size.
  size_t words_since(size_t size) const {
    return std::min(text_.find_first_not_of(" \n", size), text_.size());
  }
  std::string_view from(size_t begin) const { return std::string_view(text_).substr(begin); }
  void cut_back_to(size_t size) { text_.resize(size); }
  std::string take() { return std::move(text_); }

 private:
  void pay() {
    if (!text_.empty()) {
      if (breaks_owed_ > 0) {
        text_.append(static_cast<size_t>(breaks_owed_), '\n');
      } else if (space_owed_) {
        text_ += ' ';
      }
    }
    breaks_owed_ = 0;
    space_owed_ = false;
  }

  std::string text_;
  int breaks_owed_ = 0;
  bool space_owed_ = false;
};

class Reader {
 public:
  explicit Reader(std::string_view html) : html_(html), tags_(html) {}

  std::string read() {
    size_t at = 0;
    while (at < html_.size()) {
      const char c = html_[at];
      if (c == '<' && markup(at)) continue;
      if (c == '&' && entity(at)) continue;
      if (pre_ > 0) {
        lines_.put_preformatted(c);
      } else if (is_space(c)) {
        lines_.space();
      } else {
        lines_.put(std::string_view(&html_[at], 1));
      }
      ++at;
    }
    end_link();
    return lines_.take();
  }

 private:
  bool entity(size_t& at) {
    std::string character;
    if (!read_entity(html_, at, character)) return false;
    if (is_space(character[0])) {
      lines_.space();
    } else {
      lines_.put(character);
    }
    return true;
  }

  // A comment, declaration or tag at `at`; false: the '<' is text.
  bool markup(size_t& at) {
    if (!tags_.ends_after(at)) return false;
    const std::string_view rest = html_.substr(at);
    if (rest.starts_with("<!--") && !comment_open_) {
      const size_t end = rest.find("-->", 4);
      comment_open_ = end == rest.npos;  // looked for in vain once only
      if (comment_open_) return false;
      at += end + 3;
      return true;
    }
    if (rest.starts_with("<!") || rest.starts_with("<?")) {
      at = html_.find('>', at) + 1;
      return true;
    }
    const auto tag = tags_.read(at);
    if (!tag) return false;
    if (!tag->closing && (tag->name == "script" || tag->name == "style")) {
      skip_raw(tag->name, at);
    } else {
      apply(*tag);
    }
    return true;
  }

  // Moves to the closing tag of a <script> or <style>, whose content is no text.
  void skip_raw(std::string_view name, size_t& at) {
    while (at < html_.size()) {
      const size_t open = html_.find("</", at);
      if (open == html_.npos) break;
      at = open + 2;
      if (std::ranges::equal(html_.substr(at, name.size()), name, {}, to_lower)) {
        at = open;
        return;
      }
    }
    at = html_.size();
  }

  void apply(const Tag& tag) {
    static constexpr std::string_view kParagraphs[] = {"p",  "h1", "h2",         "h3",   "h4",
                                                       "h5", "h6", "blockquote", "table"};
    static constexpr std::string_view kLines[] = {
        "div",    "li",     "ul",     "ol",   "tr",      "dl",      "dt",         "dd",   "hr",
        "header", "footer", "figure", "main", "article", "section", "figcaption", "form", "aside"};
    if (tag.name == "br") {
      lines_.one_more_break();
    } else if (tag.name == "a") {
      end_link();
      if (!tag.closing) begin_link(tag);
    } else if (tag.name == "img") {
      lines_.put(tag.alt);
    } else if (tag.name == "td" || tag.name == "th" || tag.name == "option") {
      lines_.space();
    } else if (tag.name == "pre") {
      pre_ = std::max(0, pre_ + (tag.closing ? -1 : 1));
      lines_.line_break(2);
    } else if (std::ranges::find(kParagraphs, tag.name) != std::end(kParagraphs)) {
      lines_.line_break(2);
    } else if (std::ranges::find(kLines, tag.name) != std::end(kLines)) {
      lines_.line_break(1);
    }
  }

  void begin_link(const Tag& tag) {
    link_begin_ = lines_.size();
    href_ = tag.href;
    is_name_ = has_class(tag.css_class, "mention") || has_class(tag.css_class, "hashtag");
    in_link_ = true;
  }

  void end_link() {
    if (!in_link_) return;
    in_link_ = false;
    const size_t begin = lines_.words_since(link_begin_);
    const std::string_view text = lines_.from(begin);
    if (href_.empty() || href_[0] == '#' || href_.starts_with("javascript:")) return;
    const bool one_word = text.find_first_of(" \n") == text.npos;
    if (is_name_ || (one_word && text.size() > 1 && (text[0] == '@' || text[0] == '#'))) return;
    if (text.empty()) {
      lines_.put(href_);
    } else if (bare_address(text) == bare_address(href_)) {
      // The same address, perhaps written without its scheme: the whole one stands for both.
      if (text.find("://") == text.npos && href_.find("://") != href_.npos) {
        lines_.cut_back_to(begin);
        lines_.put(href_);
      }
    } else {
      lines_.space();
      lines_.put("(" + href_ + ")");
    }
  }

  std::string_view html_;
  Tags tags_;
  Lines lines_;
  int pre_ = 0;
  bool comment_open_ = false;
  bool in_link_ = false, is_name_ = false;
  size_t link_begin_ = 0;
  std::string href_;
};

}  // namespace

std::string html_to_text(std::string_view html) {
  return Reader(html).read();
}

std::string decode_entities(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '&' || !read_entity(text, at, out)) out += text[at++];
  }
  return out;
}

}  // namespace maitred
