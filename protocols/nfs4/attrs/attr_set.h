#pragma once

#include <array>
#include <bit>
#include <initializer_list>

#include "engine/base/arena.h"
#include "protocols/nfs4/nfs4.h"

namespace dfs::nfs4 {

// A set of attributes by number: a bitmap4 as far as there are attributes.
class AttrSet {
 public:
  static constexpr u32 kWords = 3;

  constexpr AttrSet() = default;
  constexpr AttrSet(std::initializer_list<u32> numbers) {
    for (u32 n : numbers) add(n);
  }
  explicit AttrSet(const bitmap4& b) {
    for (u32 i = 0; i < b.size; ++i) {
      if (i < kWords)
        words_[i] = b[i];
      else if (b[i] != 0)
        unknown_ = true;
    }
  }

  constexpr void add(u32 n) { words_[n / 32] |= 1u << n % 32; }
  constexpr bool has(u32 n) const { return n < kWords * 32 && (words_[n / 32] >> n % 32 & 1) != 0; }
  constexpr bool empty() const { return (words_[0] | words_[1] | words_[2]) == 0; }
  constexpr bool intersects(const AttrSet& o) const { return !(*this & o).empty(); }
  // A bitmap4 had bits beyond the last attribute there is.
  constexpr bool unknown() const { return unknown_; }
  constexpr bool within(const AttrSet& o) const { return !unknown_ && (*this - o).empty(); }

  constexpr AttrSet operator&(const AttrSet& o) const {
    AttrSet r;
    for (u32 i = 0; i < kWords; ++i) r.words_[i] = words_[i] & o.words_[i];
    return r;
  }
  constexpr AttrSet operator|(const AttrSet& o) const {
    AttrSet r;
    for (u32 i = 0; i < kWords; ++i) r.words_[i] = words_[i] | o.words_[i];
    return r;
  }
  constexpr AttrSet operator-(const AttrSet& o) const {
    AttrSet r;
    for (u32 i = 0; i < kWords; ++i) r.words_[i] = words_[i] & ~o.words_[i];
    return r;
  }
  constexpr bool operator==(const AttrSet& o) const { return words_ == o.words_; }

  // In ascending order, which is that of values on the wire, until visit returns false.
  template <class F>
  void each(F&& visit) const {
    for (u32 i = 0; i < kWords; ++i)
      for (u32 w = words_[i]; w != 0; w &= w - 1)
        if (!visit(i * 32 + static_cast<u32>(std::countr_zero(w)))) return;
  }

  // Without words of zeros at the end.
  u32 size() const {
    u32 n = kWords;
    while (n > 0 && words_[n - 1] == 0) --n;
    return n;
  }
  u32 word(u32 i) const { return words_[i]; }
  bitmap4 bitmap(Arena& arena) const {
    const u32 n = size();
    auto* words = arena.make<u32>(n);
    std::copy_n(words_.begin(), n, words);
    return {words, n};
  }

 private:
  std::array<u32, kWords> words_{};
  bool unknown_ = false;
};

}  // namespace dfs::nfs4
