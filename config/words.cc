#include "config/words.h"

#include <charconv>
#include <optional>

#include "base/files.h"

namespace maitred {
namespace {

std::string_view trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::optional<double> number_from(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "18:30" counts as minutes of the day.
std::optional<double> value_from(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return number_from(text);
  const auto hours = number_from(text.substr(0, colon));
  const auto minutes = number_from(text.substr(colon + 1));
  if (!hours || !minutes) return std::nullopt;
  return *hours * 60 + *minutes;
}

// Calls see(part) for the parts of `text` between separators.
template <typename See>
void split(std::string_view text, char separator, See see) {
  for (;;) {
    const size_t at = text.find(separator);
    see(trim(text.substr(0, at)));
    if (at == std::string_view::npos) return;
    text.remove_prefix(at + 1);
  }
}

}  // namespace

Result<std::vector<WordEntry>> parse_words(std::string_view text, std::string_view file_name) {
  std::vector<WordEntry> entries;
  std::string section;
  std::optional<Error> fault;
  int line_number = 0;
  split(text, '\n', [&](std::string_view line) {
    ++line_number;
    if (fault || line.empty() || line.front() == '#') return;
    const std::string where = std::string(file_name) + ":" + std::to_string(line_number);
    const auto refuse = [&](std::string_view why) {
      if (!fault) fault = Error{Fault::malformed, where + ": " + std::string(why), {}};
    };
    if (line.front() == '[' && line.back() == ']') {
      section = std::string(trim(line.substr(1, line.size() - 2)));
      return;
    }
    if (section.empty()) return refuse("a [section] must come before the first phrase");
    const size_t equals = line.rfind(" = ");
    std::vector<double> values;
    if (equals != std::string_view::npos) {
      split(trim(line.substr(equals + 3)), ' ', [&](std::string_view word) {
        if (word.empty()) return;
        const auto value = value_from(word);
        if (!value) return refuse("'" + std::string(word) + "' is not a number or a clock time");
        values.push_back(*value);
      });
    }
    split(line.substr(0, equals), '|', [&](std::string_view phrase) {
      if (phrase.empty()) return refuse("a phrase is empty");
      entries.push_back({section, std::string(phrase), values, where});
    });
  });
  if (fault) return tl::unexpected(*std::move(fault));
  return entries;
}

Result<Words> load_words(const std::filesystem::path& directory) {
  auto names = list_directory(directory);
  if (!names) return fail("cannot read the word lists", std::move(names).error());
  Words words;
  for (const std::string& name : *names) {
    if (!name.ends_with(".txt")) continue;
    TRY_ASSIGN(const std::string text, read_file(directory / name));
    auto entries = parse_words(text, name);
    if (!entries) return fail("cannot read the word lists", std::move(entries).error());
    words.entries.insert(words.entries.end(), std::make_move_iterator(entries->begin()),
                         std::make_move_iterator(entries->end()));
  }
  if (words.entries.empty())
    return fail(Fault::missing, "no word lists (*.txt) in " + directory.string());
  return words;
}

}  // namespace maitred
