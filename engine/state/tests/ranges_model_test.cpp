#include <catch2/catch.hpp>

#include "engine/base/random.h"
#include "engine/state/claims.h"

using namespace dfs;
using namespace dfs::state;

namespace {

// What a file's locks mean, byte by byte: for each owner and byte 0 (none), 1 (shared) or 2 (exclusive). The
// bytes are the first and the last ones of a file, so that both ends of the number line are met.
struct Model {
  static constexpr u32 kOwners = 4;
  static constexpr u64 kBytes = 48;
  std::array<std::array<u8, kBytes>, kOwners> held{};

  // The byte of the file that the i-th of ours is.
  static u64 byte(u64 i) { return i < kBytes / 2 ? i : UINT64_MAX - (kBytes - 1 - i); }
  static Range range(u64 from, u64 to) { return {byte(from), byte(to)}; }

  bool conflicts(u32 who, u64 from, u64 to, bool exclusive) const {
    for (u32 o = 0; o < kOwners; ++o)
      for (u64 i = from; o != who && i <= to; ++i)
        if (held[o][i] == 2 || (held[o][i] == 1 && exclusive)) return true;
    return false;
  }
  void set(u32 who, u64 from, u64 to, u8 what) {
    for (u64 i = from; i <= to; ++i) held[who][i] = what;
  }
};

std::vector<Owner> owners() {
  std::vector<Owner> out;
  for (u32 i = 0; i < Model::kOwners; ++i) out.push_back({Protocol::nfs4, i / 2, std::to_string(i)});
  return out;
}

// The table holds what the model does, each owner's ranges are whole, and all lie in order.
void compare(const ClaimTable& t, const Model& m, const std::vector<Owner>& who) {
  auto found = Model{};
  for (size_t i = 0; i < t.ranges().size(); ++i) {
    const ByteRange& r = t.ranges()[i];
    if (i > 0) REQUIRE(t.ranges()[i - 1].range.first <= r.range.first);
    const auto o = static_cast<u32>(r.owner - who.data());
    for (u64 b = 0; b < Model::kBytes; ++b) {
      if (!r.range.overlaps({Model::byte(b), Model::byte(b)})) continue;
      REQUIRE(found.held[o][b] == 0);
      found.held[o][b] = r.exclusive ? 2 : 1;
    }
    for (size_t j = 0; j < i; ++j)
      if (t.ranges()[j].owner == r.owner && t.ranges()[j].exclusive == r.exclusive)
        REQUIRE_FALSE(t.ranges()[j].range.touches(r.range));
  }
  REQUIRE(found.held == m.held);
}

}  // namespace

TEST_CASE("byte ranges do what a map of bytes would") {
  const std::vector<Owner> who = owners();
  for (u64 seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    ClaimTable t;
    Model m;
    for (u32 step = 0; step < 400; ++step) {
      const auto o = static_cast<u32>(random.below(Model::kOwners));
      u64 from = random.below(Model::kBytes), to = random.below(Model::kBytes);
      if (from > to) std::swap(from, to);
      // Nothing reaches over the middle but what is locked to the end: the model has no bytes there.
      if (from < Model::kBytes / 2 && to >= Model::kBytes / 2) to = Model::kBytes / 2 - 1;
      const Range range = Model::range(from, to);
      if (random.below(3) == 0) {
        bool any = false;
        for (u64 i = from; i <= to; ++i) any |= m.held[o][i] != 0;
        REQUIRE(t.unlock(who[o], range) == any);
        m.set(o, from, to, 0);
      } else {
        const bool exclusive = random.below(2) == 0;
        const bool refused = !t.judge(who[o], LockAccess{range, exclusive}).proceed();
        REQUIRE(refused == m.conflicts(o, from, to, exclusive));
        if (!refused) {
          t.lock(who[o], range, exclusive);
          m.set(o, from, to, exclusive ? 2 : 1);
        }
      }
      compare(t, m, who);
      for (u32 i = 0; i < Model::kOwners; ++i) {
        bool any = false;
        for (u8 h : m.held[i]) any |= h != 0;
        REQUIRE(t.holds_range(who[i]) == any);
      }
    }
    for (const Owner& o : who) t.unlock(o, {});
    REQUIRE(t.empty());
  }
}
