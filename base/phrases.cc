#include "base/phrases.h"

#include <algorithm>
#include <cassert>

namespace maitred {

// An Aho-Corasick automaton over bytes. The edges of all nodes are in one open-addressed hash table
// keyed by (node, byte): a step costs one look-up, and a gazetteer of half a million nodes fits in
// a few megabytes, which a table of 256 edges a node would not.
struct Phrases::Machine {
  static constexpr uint32_t kNone = 0xffffffff;

  struct Node {
    uint32_t fail = 0;
    uint32_t ends = kNone;         // first of this node's own phrases in `phrases`
    uint32_t next_ending = kNone;  // the nearest node on the fail chain at which a phrase ends
  };
  struct Ending {
    uint32_t id;
    uint32_t length;
    uint32_t next;  // another id with the same phrase
  };
  struct Edge {
    uint64_t key = 0;  // (node << 8 | byte) + 1; 0 = free
    uint32_t to = 0;
  };

  std::vector<Node> nodes{1};
  std::vector<Ending> endings;
  std::vector<Edge> edges = std::vector<Edge>(1024);
  std::vector<std::pair<uint64_t, uint32_t>> made;  // edges in order of making, until build()
  size_t used = 0;
  size_t count = 0;
  bool built = false;

  static size_t hash(uint64_t key) {
    return static_cast<size_t>((key * 0x9e3779b97f4a7c15ULL) >> 20);
  }

  uint32_t step(uint32_t node, unsigned char byte) const {
    const uint64_t key = (static_cast<uint64_t>(node) << 8 | byte) + 1;
    const size_t mask = edges.size() - 1;
    for (size_t i = hash(key) & mask;; i = (i + 1) & mask) {
      if (edges[i].key == key) return edges[i].to;
      if (edges[i].key == 0) return kNone;
    }
  }

  void put(uint64_t key, uint32_t to) {
    const size_t mask = edges.size() - 1;
    size_t i = hash(key) & mask;
    while (edges[i].key != 0) i = (i + 1) & mask;
    edges[i] = {key, to};
  }

  uint32_t step_or_make(uint32_t node, unsigned char byte) {
    if (const uint32_t found = step(node, byte); found != kNone) return found;
    if (++used * 2 > edges.size()) {
      std::vector<Edge> old(edges.size() * 2);
      old.swap(edges);
      for (const Edge& edge : old)
        if (edge.key != 0) put(edge.key, edge.to);
    }
    const auto to = static_cast<uint32_t>(nodes.size());
    nodes.emplace_back();
    const uint64_t key = (static_cast<uint64_t>(node) << 8 | byte) + 1;
    put(key, to);
    made.emplace_back(key - 1, to);
    return to;
  }

  uint32_t next(uint32_t node, unsigned char byte) const {
    for (;;) {
      if (const uint32_t found = step(node, byte); found != kNone) return found;
      if (node == 0) return 0;
      node = nodes[node].fail;
    }
  }

  // Calls see(id, begin, end) for every match at word boundaries; stops when it returns false.
  template <typename See>
  void search(const std::string& text, See see) const {
    assert(built);
    uint32_t node = 0;
    for (size_t at = 0; at < text.size(); ++at) {
      node = next(node, static_cast<unsigned char>(text[at]));
      const size_t end = at + 1;
      for (uint32_t n = nodes[node].ends != kNone ? node : nodes[node].next_ending; n != kNone;
           n = nodes[n].next_ending) {
        if (!is_word_boundary(text, end)) break;
        const size_t begin = end - endings[nodes[n].ends].length;
        if (!is_word_boundary(text, begin)) continue;
        for (uint32_t e = nodes[n].ends; e != kNone; e = endings[e].next)
          if (!see(endings[e].id, begin, end)) return;
      }
    }
  }
};

Phrases::Phrases() : machine_(std::make_unique<Machine>()) {}
Phrases::~Phrases() = default;
Phrases::Phrases(Phrases&&) noexcept = default;
Phrases& Phrases::operator=(Phrases&&) noexcept = default;

void Phrases::add(std::string_view phrase, uint32_t id) {
  assert(!machine_->built);
  const std::string folded = fold(phrase);
  if (folded.empty()) return;
  uint32_t node = 0;
  for (const char c : folded) node = machine_->step_or_make(node, static_cast<unsigned char>(c));
  machine_->endings.push_back(
      {id, static_cast<uint32_t>(folded.size()), machine_->nodes[node].ends});
  machine_->nodes[node].ends = static_cast<uint32_t>(machine_->endings.size() - 1);
  ++machine_->count;
}

void Phrases::build() {
  Machine& m = *machine_;
  assert(!m.built);
  // A child is made after its parent, but the fail node, though shallower, may be made later:
  // nodes are taken by depth.
  std::vector<uint32_t> depth(m.nodes.size(), 0);
  for (const auto& [key, to] : m.made) depth[to] = depth[key >> 8] + 1;
  std::stable_sort(m.made.begin(), m.made.end(),
                   [&](const auto& a, const auto& b) { return depth[a.second] < depth[b.second]; });
  for (const auto& [key, to] : m.made) {
    const auto parent = static_cast<uint32_t>(key >> 8);
    Machine::Node& node = m.nodes[to];
    node.fail =
        parent == 0 ? 0 : m.next(m.nodes[parent].fail, static_cast<unsigned char>(key & 0xff));
    const Machine::Node& shorter = m.nodes[node.fail];
    node.next_ending = shorter.ends != Machine::kNone ? node.fail : shorter.next_ending;
  }
  m.made = {};
  m.built = true;
}

std::vector<PhraseMatch> Phrases::find(const FoldedText& text) const {
  std::vector<PhraseMatch> matches;
  machine_->search(text.text, [&](uint32_t id, size_t begin, size_t end) {
    matches.push_back({id, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
    return true;
  });
  std::sort(matches.begin(), matches.end(), [](const PhraseMatch& a, const PhraseMatch& b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    return a.end != b.end ? a.end > b.end : a.phrase < b.phrase;
  });
  return matches;
}

std::vector<PhraseMatch> Phrases::find_longest(const FoldedText& text) const {
  std::vector<PhraseMatch> matches = find(text);
  size_t kept = 0;
  for (const PhraseMatch& match : matches) {
    const bool overlaps = kept > 0 && match.begin < matches[kept - 1].end;
    // The same words may stand for several ids: those stay side by side.
    const bool twin =
        kept > 0 && match.begin == matches[kept - 1].begin && match.end == matches[kept - 1].end;
    if (!overlaps || twin) matches[kept++] = match;
  }
  matches.resize(kept);
  return matches;
}

bool Phrases::any(const FoldedText& text) const {
  bool found = false;
  machine_->search(text.text, [&](uint32_t, size_t, size_t) {
    found = true;
    return false;
  });
  return found;
}

size_t Phrases::size() const {
  return machine_->count;
}

}  // namespace maitred
