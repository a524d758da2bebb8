#include "tests/house/source_tree.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>

namespace maitred::house {
namespace {

namespace fs = std::filesystem;

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// Blanks comments and the insides of literals, keeping every line end where it is.
class Stripper {
 public:
  explicit Stripper(const std::string& text) : text_(text) {}

  std::string strip() {
    while (at_ < text_.size()) {
      if (starts("//")) {
        skip_to(text_.find('\n', at_));
      } else if (starts("/*")) {
        skip_past("*/", 2);
      } else if (starts("R\"") && !after_word()) {
        size_t open = text_.find('(', at_);
        if (open == std::string::npos) open = text_.size() - 1;
        skip_past(")" + text_.substr(at_ + 2, open - at_ - 2) + "\"", open + 1 - at_);
      } else if (text_[at_] == '"' || (text_[at_] == '\'' && !after_word())) {
        skip_literal(text_[at_]);
      } else {
        code_ += text_[at_++];
      }
    }
    return code_;
  }

 private:
  bool starts(std::string_view what) const { return text_.compare(at_, what.size(), what) == 0; }
  bool after_word() const { return at_ > 0 && is_word_character(text_[at_ - 1]); }

  void skip_to(size_t end) {
    for (end = std::min(end, text_.size()); at_ < end; ++at_) {
      if (text_[at_] == '\n') code_ += '\n';
    }
  }
  void skip_past(const std::string& closing, size_t opening_length) {
    size_t end = text_.find(closing, at_ + opening_length);
    skip_to(end == std::string::npos ? end : end + closing.size());
    code_ += ' ';
  }
  void skip_literal(char quote) {
    size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' ? 2u : 1u;
    }
    skip_to(end + 1);
    code_ += "\"\"";
  }

  const std::string& text_;
  std::string code_;
  size_t at_ = 0;
};

std::vector<Include> find_includes(const std::vector<std::string>& lines) {
  std::vector<Include> includes;
  for (size_t i = 0; i < lines.size(); ++i) {
    constexpr std::string_view kDirective = "#include ";
    if (!lines[i].starts_with(kDirective) || lines[i].size() < kDirective.size() + 2) continue;
    bool foreign = lines[i][kDirective.size()] == '<';
    size_t begin = kDirective.size() + 1;
    size_t end = lines[i].find(foreign ? '>' : '"', begin);
    includes.push_back({i + 1, lines[i].substr(begin, end - begin), foreign});
  }
  return includes;
}

SourceFile read_source(const std::string& path, const std::string& text) {
  SourceFile file;
  file.path = path;
  file.lines = split_lines(text);
  file.ends_with_newline = text.empty() || text.back() == '\n';
  if (file.is_code()) {
    file.code = split_lines(Stripper(text).strip());
    file.code.resize(file.lines.size());
    file.includes = find_includes(file.lines);
  }
  return file;
}

bool is_left_out(const fs::directory_entry& entry) {
  std::string name = entry.path().filename();
  return entry.is_directory() && (name == "build" || name == ".git");
}

}  // namespace

std::string told(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += finding.path + ":" + std::to_string(finding.line) + ": " + finding.message + "\n";
  }
  return text;
}

std::string_view SourceFile::extension() const {
  std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
  size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

std::string_view SourceFile::folder() const {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string_view() : std::string_view(path).substr(0, slash);
}

std::string_view SourceFile::stem() const {
  std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
  return name.substr(0, name.rfind('.'));
}

SourceTree SourceTree::read(const fs::path& root) {
  std::map<std::string, std::string> text_by_path;
  fs::recursive_directory_iterator entries(root);
  for (auto entry = begin(entries); entry != end(entries); ++entry) {
    if (is_left_out(*entry)) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      std::string path = entry->path().lexically_relative(root);
      std::string& text = text_by_path[path];
      if (path.starts_with("tests/payloads/")) continue;
      std::ifstream file(entry->path(), std::ios::binary);
      text.assign(std::istreambuf_iterator<char>(file), {});
    }
  }
  return SourceTree(text_by_path);
}

SourceTree::SourceTree(const std::map<std::string, std::string>& text_by_path) {
  for (const auto& [path, text] : text_by_path) files_.push_back(read_source(path, text));
}

const SourceFile* SourceTree::find(std::string_view path) const {
  auto found = std::ranges::lower_bound(files_, path, {}, &SourceFile::path);
  return found != files_.end() && found->path == path ? &*found : nullptr;
}

size_t find_word(std::string_view code, std::string_view word, size_t from) {
  for (size_t at = code.find(word, from); at != std::string_view::npos;
       at = code.find(word, at + 1)) {
    size_t end = at + word.size();
    bool left = at == 0 || !is_word_character(code[at - 1]) || !is_word_character(word.front());
    bool right =
        end >= code.size() || !is_word_character(code[end]) || !is_word_character(word.back());
    if (left && right) return at;
  }
  return std::string_view::npos;
}

}  // namespace maitred::house
