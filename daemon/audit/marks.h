// Marks: a table from fingerprint to 64 bits, for what there may be millions of. Open addressing,
// 16 bytes a place and at most 70 % of them taken: 23 to 46 bytes an entry, no allocation each.
//
// Belongs to one thread. Never forgets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace maitred::audit {

class Marks {
 public:
  // What is kept under this fingerprint; 0 if nothing is yet. Valid until the next call.
  uint64_t& operator[](uint64_t mark) {
    if (mark == 0) mark = 1;  // 0 is an empty place
    if ((size_ + 1) * 10 > places_.size() * 7) grow();
    Place& place = find(mark);
    if (place.mark == 0) {
      place.mark = mark;
      ++size_;
    }
    return place.value;
  }
  size_t size() const { return size_; }

 private:
  struct Place {
    uint64_t mark = 0, value = 0;
  };
  // Fingerprints are even already: their low bits are as good a hash as any.
  Place& find(uint64_t mark) {
    size_t at = mark & (places_.size() - 1);
    while (places_[at].mark != 0 && places_[at].mark != mark) at = (at + 1) & (places_.size() - 1);
    return places_[at];
  }
  void grow() {
    std::vector<Place> old(places_.size() * 2);
    old.swap(places_);
    for (const Place& place : old) {
      if (place.mark != 0) find(place.mark) = place;
    }
  }

  std::vector<Place> places_ = std::vector<Place>(1024);
  size_t size_ = 0;
};

}  // namespace maitred::audit
