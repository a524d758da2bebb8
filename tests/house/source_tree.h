// The checkout as text: every file's lines, its includes, and its code without comments and
// strings. The checks of layering.h and tidy.h read nothing else, so that they run as well on a
// tree that a test made up. Knows no compiler: plain text, good enough for our own manners.
//
// Immutable once read.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace maitred::house {

// One breach of a law or a manner.
struct Finding {
  std::string path;
  size_t line = 0;  // 1 = the first; 0 = the file as a whole
  std::string message;
};

using Findings = std::vector<Finding>;

std::string told(const Findings& findings);  // "path:line: message", one a line

struct Include {
  size_t line = 0;
  std::string path;
  bool foreign = false;  // <path>, not "path"
};

struct SourceFile {
  std::string path;                // from the root: "base/text.h"
  std::vector<std::string> lines;  // as written, without the line ends
  std::vector<std::string> code;   // of .h and .cc: the same lines without comments and strings
  std::vector<Include> includes;
  bool ends_with_newline = true;

  std::string_view extension() const;  // "h", "cc", "md"; empty where there is none
  std::string_view folder() const;     // "dispatch/reading"; empty at the root
  std::string_view stem() const;       // "place"
  bool is_header() const { return extension() == "h"; }
  bool is_code() const { return is_header() || extension() == "cc"; }
  bool is_test() const { return path.starts_with("tests/"); }
};

class SourceTree {
 public:
  // What git would keep of a checkout: without build/, .git/ and recorded payloads' bytes.
  static SourceTree read(const std::filesystem::path& root);
  explicit SourceTree(const std::map<std::string, std::string>& text_by_path);

  const std::vector<SourceFile>& files() const { return files_; }  // by path
  const SourceFile* find(std::string_view path) const;
  bool has_file(std::string_view path) const { return find(path) != nullptr; }

 private:
  std::vector<SourceFile> files_;
};

// Where `word` stands in `code` from `from` on with no letter, digit or _ beside it; npos =
// nowhere.
size_t find_word(std::string_view code, std::string_view word, size_t from = 0);

}  // namespace maitred::house
