// The words of a language as data: config/words/*.txt, one file a language, read once at start.
// A file has sections; a line in one is `phrase | phrase … = value …`, the value being numbers
// (or clock times, which count as minutes of the day) whose meaning the section tells. Adding a
// language is adding a file; this module knows no word and no section.
//
// load_words is thread-safe; Words is plain data.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace maitred {

struct WordEntry {
  std::string section;
  std::string phrase;
  std::vector<double> values;  // as written after the '=', or empty
  std::string where;           // "en.txt:12", for whoever finds it wrong
};

struct Words {
  std::vector<WordEntry> entries;
};

// malformed: a line before the first section, an empty phrase, a value that is no number.
Result<std::vector<WordEntry>> parse_words(std::string_view text, std::string_view file_name);

// Every *.txt file of the directory. missing: there is none.
Result<Words> load_words(const std::filesystem::path& directory);

}  // namespace maitred
