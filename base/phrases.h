// Many phrases looked for at once: brand aliases, dishes, places. An Aho-Corasick automaton over
// folded text (text.h), with word boundaries checked at both ends. It serves both sides of the
// bus: a connector on a firehose asks only "does anything match", reading asks what and where.
//
// Immutable once built; any number of threads may search one Phrases.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace maitred {

struct PhraseMatch {
  uint32_t phrase = 0;  // the index given to add()
  uint32_t begin = 0;   // bytes of the *folded* text
  uint32_t end = 0;
};

class Phrases {
 public:
  Phrases();
  ~Phrases();
  Phrases(Phrases&&) noexcept;
  Phrases& operator=(Phrases&&) noexcept;

  // `phrase` is folded here; an empty one is ignored. The same phrase may be added for several ids.
  void add(std::string_view phrase, uint32_t id);
  void build();  // after the last add(), before the first search

  // All matches at word boundaries, by begin, the longest first where several begin together.
  std::vector<PhraseMatch> find(const FoldedText& text) const;
  // The same without overlaps: leftmost, then longest.
  std::vector<PhraseMatch> find_longest(const FoldedText& text) const;
  bool any(const FoldedText& text) const;
  size_t size() const;

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace maitred
