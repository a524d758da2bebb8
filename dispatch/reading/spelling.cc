#include <algorithm>

#include "dispatch/reading/lexicon.h"

namespace maitred {
namespace {

constexpr size_t kShortest = 7;
constexpr size_t kShortestWrongLetter = 8;  // "coffers" are no coffees
constexpr size_t kLongest = 24;

bool is_plain(std::string_view word) {
  return word.size() <= kLongest &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool one_slip(std::string_view a, std::string_view b) {
  if (a.front() != b.front() || a.back() != b.back()) return false;
  if (a.size() > b.size()) std::swap(a, b);
  const auto differ =
      static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin());
  if (differ == a.size()) return a.size() < b.size();  // its last letter twice
  if (a.size() + 1 == b.size()) return a.substr(differ) == b.substr(differ + 1);
  if (a.size() != b.size()) return false;
  if (a.substr(differ + 1) == b.substr(differ + 1)) return a.size() >= kShortestWrongLetter;
  return differ + 1 < a.size() && a[differ] == b[differ + 1] && a[differ + 1] == b[differ] &&
         a.substr(differ + 2) == b.substr(differ + 2);
}

template <typename Visit>
void each_reduced(std::string_view word, Visit visit) {
  visit(std::string(word));
  for (size_t i = 1; i + 1 < word.size(); ++i) {
    if (word[i] == word[i - 1]) continue;
    std::string less(word);
    less.erase(i, 1);
    visit(std::move(less));
  }
}

}  // namespace

void Spelling::add(std::string_view form, uint32_t id) {
  if (form.size() < kShortest || !is_plain(form)) return;
  const auto index = static_cast<uint32_t>(forms_.size());
  forms_.push_back({std::string(form), id});
  each_reduced(form, [&](std::string less) { reduced_.emplace(std::move(less), index); });
}

std::optional<uint32_t> Spelling::find(std::string_view word) const {
  if (word.size() < kShortest || !is_plain(word)) return std::nullopt;
  std::optional<uint32_t> found;
  each_reduced(word, [&](const std::string& less) {
    const auto [begin, end] = reduced_.equal_range(less);
    for (auto it = begin; !found && it != end; ++it)
      if (one_slip(word, forms_[it->second].text)) found = forms_[it->second].id;
  });
  return found;
}

}  // namespace maitred
