#include "engine/fs/handle.h"

#include <catch2/catch.hpp>

using namespace dfs;
using namespace dfs::fs;
using Verdict = HandleSealer::Verdict;

namespace {
const FsUuid kOurs = {1, 2, 3};
const FsUuid kForeign = {9};
Verdict open(const HandleSealer& s, const HandleBytes& h, HandleTarget& out, u32 size = kHandleSize) {
  return s.open(
      {h.data(), size}, [](const FsUuid& u) { return u == kOurs; }, out);
}
}  // namespace

TEST_CASE("handles: what was sealed comes back") {
  HandleSealer sealer(SipKey{7});
  HandleTarget out{};
  const HandleTarget target{0xabcd, kOurs, {FileId{77}, 5}};
  REQUIRE(open(sealer, sealer.seal(target), out) == Verdict::ok);
  CHECK(out.export_id == 0xabcd);
  CHECK(out.node == target.node);
  CHECK(out.uuid == kOurs);
}

TEST_CASE("handles: every changed bit and every wrong length is noticed") {
  HandleSealer sealer(SipKey{7});
  HandleTarget out{};
  const HandleBytes good = sealer.seal({1, kOurs, {FileId{77}, 5}});
  for (u32 bit = 0; bit < kHandleSize * 8; ++bit) {
    HandleBytes h = good;
    h[bit / 8] ^= static_cast<u8>(1 << (bit % 8));
    CHECK(open(sealer, h, out) != Verdict::ok);
  }
  for (u32 size = 0; size < kHandleSize; ++size) CHECK(open(sealer, good, out, size) == Verdict::bad);
}

TEST_CASE("handles: of another instance they are stale, forged ones are bad") {
  HandleSealer sealer(SipKey{7}), other(SipKey{8});
  HandleTarget out{};
  CHECK(open(sealer, other.seal({1, kForeign, {FileId{2}, 1}}), out) == Verdict::stale);
  CHECK(open(sealer, other.seal({1, kOurs, {FileId{2}, 1}}), out) == Verdict::bad);
}
