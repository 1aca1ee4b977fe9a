#include <catch2/catch.hpp>

#include "engine/base/arena.h"
#include "engine/base/clock.h"
#include "engine/base/random.h"
#include "engine/base/siphash.h"
#include "engine/base/slice.h"
#include "engine/base/trace.h"

using namespace dfs;

TEST_CASE("SipHash-2-4: the reference vectors") {
  // From the paper's appendix A and the reference implementation's 128-bit table: key 00..0f.
  SipKey key;
  u8 input[15];
  for (u8 i = 0; i < 16; ++i) key[i] = i;
  for (u8 i = 0; i < 15; ++i) input[i] = i;
  CHECK(siphash64(key, input, 15) == 0xa129ca6149be45e5ull);
  const std::array<u8, 16> empty = {0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6,
                                    0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93};
  CHECK(siphash128(key, nullptr, 0) == empty);
}

TEST_CASE("arena: zeroed, aligned, bounded, reusable") {
  Arena arena(1 << 16);
  for (int i = 0; i < 100; ++i) {
    auto* p = static_cast<u8*>(arena.alloc(97, 16));
    REQUIRE(p != nullptr);
    CHECK(reinterpret_cast<uintptr_t>(p) % 16 == 0);
    CHECK(std::all_of(p, p + 97, [](u8 b) { return b == 0; }));
    std::memset(p, 0xff, 97);
  }
  CHECK(arena.make<u64>(1 << 20) == nullptr);
  CHECK(arena.alloc(SIZE_MAX - 8) == nullptr);
  arena.reset();
  auto* p = static_cast<u8*>(arena.alloc(64));
  CHECK(p[0] == 0);
}

TEST_CASE("slices share blocks; a block knows when it is alone") {
  BlockRef b = BlockRef::allocate(100);
  CHECK(b->unique());
  {
    Slice s(b, b->data(), 10);
    Slice t = s.sub(2, 3);
    CHECK_FALSE(b->unique());
    CHECK(t.data() == b->data() + 2);
  }
  CHECK(b->unique());
}

TEST_CASE("cursor: a block is reused from its start once nobody reads it") {
  BlockCursor c(4096);
  u8 *begin, *end;
  c.open(64, &begin, &end);
  u8* first = begin;
  c.close(begin + 10);
  {
    Slice s(c.block(), first, 10);
    c.open(64, &begin, &end);
    CHECK(begin == first + 10);
    c.close(begin);
  }
  c.open(64, &begin, &end);
  CHECK(begin == first);
}

TEST_CASE("payloads compare by bytes, not by pieces") {
  const u8 abc[] = {'a', 'b', 'c'};
  IoPiece one[] = {{abc, 3}}, two[] = {{abc, 1}, {abc + 1, 2}};
  CHECK(Payload{one, 1, 3} == Payload{two, 2, 3});
  CHECK_FALSE(Payload{one, 1, 3} == Payload{two, 1, 1});
}

TEST_CASE("manual clock: time stops at each deadline in order") {
  ManualClock clock;
  std::vector<Nanos> ran;
  std::vector<Nanos> deadlines = {30, 10, 20};
  int token = 0;
  token = clock.subscribe([&](Nanos now) {
    std::erase_if(deadlines, [&](Nanos d) {
      if (d <= now) ran.push_back(now);
      return d <= now;
    });
    clock.set_next_deadline(
        token, deadlines.empty() ? INT64_MAX : *std::min_element(deadlines.begin(), deadlines.end()));
  });
  clock.set_next_deadline(token, 10);
  clock.advance(25);
  CHECK(ran == std::vector<Nanos>{10, 20});
  CHECK(clock.now() == 25);
  clock.advance(5);
  CHECK(ran.back() == 30);
}

TEST_CASE("trace: a bounded ring that can be waited on") {
  ManualClock clock;
  Trace trace(clock, 3);
  trace.enable(true);
  for (u64 i = 0; i < 5; ++i) trace.emit(event::NetClose{}, {.conn = i});
  auto events = trace.since(0);
  REQUIRE(events.size() == 3);
  CHECK(events[0].conn == 2);
  TraceEvent e;
  CHECK(trace.wait(
      0, [](const TraceEvent& t) { return t.conn == 4; }, std::chrono::milliseconds(0), &e));
  CHECK(e.seq == 5);
  CHECK_FALSE(trace.wait(
      5, [](const TraceEvent&) { return true; }, std::chrono::milliseconds(1), nullptr));
}

TEST_CASE("random: a tap gives numbers in the place of those that would be drawn") {
  struct Sevens final : Random::Tap {
    int left = 2;
    std::optional<u64> draw() override { return left-- > 0 ? std::optional<u64>(7) : std::nullopt; }
  } sevens;
  Random tapped(1), plain(1);
  tapped.set_tap(&sevens);
  CHECK(tapped.next() == 7);
  CHECK(tapped.below(5) == 2);
  CHECK(tapped.next() == plain.next());
  tapped.set_tap(nullptr);
  CHECK(tapped.next() == plain.next());
}
