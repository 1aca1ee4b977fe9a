#include "engine/base/siphash.h"

namespace dfs {
namespace {

struct State {
  u64 v0, v1, v2, v3;
  static u64 rotl(u64 x, int b) { return (x << b) | (x >> (64 - b)); }
  void round() {
    v0 += v1, v1 = rotl(v1, 13), v1 ^= v0, v0 = rotl(v0, 32);
    v2 += v3, v3 = rotl(v3, 16), v3 ^= v2;
    v0 += v3, v3 = rotl(v3, 21), v3 ^= v0;
    v2 += v1, v1 = rotl(v1, 17), v1 ^= v2, v2 = rotl(v2, 32);
  }
  u64 fold() const { return v0 ^ v1 ^ v2 ^ v3; }
};

State absorb(const SipKey& key, const u8* p, size_t n, bool wide) {
  u64 k0, k1;
  std::memcpy(&k0, key.data(), 8);
  std::memcpy(&k1, key.data() + 8, 8);
  State s{0x736f6d6570736575ull ^ k0, 0x646f72616e646f6dull ^ k1, 0x6c7967656e657261ull ^ k0,
          0x7465646279746573ull ^ k1};
  if (wide) s.v1 ^= 0xee;
  const size_t whole = n & ~size_t{7};
  for (size_t i = 0; i < whole; i += 8) {
    u64 m;
    std::memcpy(&m, p + i, 8);
    s.v3 ^= m;
    s.round(), s.round();
    s.v0 ^= m;
  }
  u64 last = static_cast<u64>(n) << 56;
  for (size_t i = whole; i < n; ++i) last |= static_cast<u64>(p[i]) << (8 * (i - whole));
  s.v3 ^= last;
  s.round(), s.round();
  s.v0 ^= last;
  return s;
}

}  // namespace

std::array<u8, 16> siphash128(const SipKey& key, const void* data, size_t n) {
  State s = absorb(key, static_cast<const u8*>(data), n, true);
  s.v2 ^= 0xee;
  for (int i = 0; i < 4; ++i) s.round();
  u64 a = s.fold();
  s.v1 ^= 0xdd;
  for (int i = 0; i < 4; ++i) s.round();
  u64 b = s.fold();
  std::array<u8, 16> out;
  std::memcpy(out.data(), &a, 8);
  std::memcpy(out.data() + 8, &b, 8);
  return out;
}

u64 siphash64(const SipKey& key, const void* data, size_t n) {
  State s = absorb(key, static_cast<const u8*>(data), n, false);
  s.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) s.round();
  return s.fold();
}

}  // namespace dfs
