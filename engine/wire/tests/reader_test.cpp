// Reader: what it takes from bytes, what it refuses, and that a failure stays one.
#include <catch2/catch.hpp>

#include "engine/wire/codec.h"
#include "engine/wire/reader.h"

using namespace dfs;
using wire::DecodeErrorKind;
using wire::Reader;

namespace {

class Input {
 public:
  explicit Input(std::vector<u8> message = {}) : bytes(std::move(message)) {}
  Reader reader() { return Reader(bytes.data(), bytes.size(), arena_); }
  const std::vector<u8> bytes;

 private:
  Arena arena_;
};

}  // namespace

TEST_CASE("reader: numbers are big-endian two's complement (RFC 4506 4.1 - 4.7)") {
  Input in({0xff, 0xff, 0xff, 0xfe, 0,    0, 0, 7, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfd,
            0x3f, 0x80, 0,    0,    0x40, 0, 0, 0, 0,    0,    0,    0,    0,    0,    0,    1});
  Reader r = in.reader();
  i32 i = 0;
  u32 u = 0;
  i64 h = 0;
  float f = 0;
  double d = 0;
  bool b = false;
  REQUIRE(r.i32(i));
  REQUIRE(r.u32(u));
  REQUIRE(r.i64(h));
  REQUIRE(r.f32(f));
  REQUIRE(r.f64(d));
  REQUIRE(r.boolean(b));
  CHECK(i == -2);
  CHECK(u == 7);
  CHECK(h == -3);
  CHECK(f == 1.0f);
  CHECK(d == 2.0);
  CHECK(b);
  CHECK(r.finish());
}

TEST_CASE("reader: the first failure is the one that counts, and all reads after it fail") {
  Input in({0, 0, 0, 2, 0, 0, 0, 1});
  Reader r = in.reader();
  bool b = false;
  u32 u = 0;
  CHECK(!r.boolean(b));
  CHECK(!r.u32(u));
  CHECK(!r.finish());
  CHECK(r.error().kind == DecodeErrorKind::bad_bool);
  CHECK(r.error().offset == 0);
}

TEST_CASE("reader: counts") {
  Input in({0, 0, 0, 3, 1, 1, 1, 1, 1, 1, 1, 1});
  u32 n;
  CHECK(in.reader().count(n, 3, 2));
  Reader above = in.reader();
  CHECK(!above.count(n, 2, 2));
  CHECK(above.error().kind == DecodeErrorKind::over_bound);
  Reader more_than_left = in.reader();
  CHECK(!more_than_left.count(n, 3, 4));
  CHECK(more_than_left.error().kind == DecodeErrorKind::truncated);
}

TEST_CASE("reader: a count times a size does not overflow") {
  Input in({0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0});
  u32 n;
  CHECK(!in.reader().count(n, 0xffffffff, 0x80000000));
  Bytes b;
  CHECK(!in.reader().opaque(b, 0xffffffff));
}

TEST_CASE("reader: opaque data points into the message, padding is checked") {
  Input in({0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o', 0, 0, 1});
  Reader r = in.reader();
  Bytes b;
  CHECK(!r.opaque(b, 5));
  CHECK(r.error().kind == DecodeErrorKind::bad_padding);
  CHECK(r.error().offset == 11);
  Reader lax = in.reader();
  lax.strict_padding = false;
  REQUIRE(lax.opaque(b, 5));
  CHECK(b == Bytes::of("hello"));
  CHECK(b.data == in.bytes.data() + 4);
  CHECK(lax.finish());
}

TEST_CASE("reader: a payload is one piece, an empty one none") {
  Input in({0, 0, 0, 2, 'h', 'i', 0, 0, 0, 0, 0, 0});
  Reader r = in.reader();
  Payload p;
  REQUIRE(r.payload(p, 100));
  CHECK(p.count == 1);
  CHECK(p.size == 2);
  CHECK(p.pieces[0].data == in.bytes.data() + 4);
  REQUIRE(r.payload(p, 100));
  CHECK(p.count == 0);
  CHECK(p.size == 0);
}

TEST_CASE("reader: nesting") {
  Input in;
  Reader r = in.reader();
  for (int i = 0; i < Reader::kMaxDepth; ++i) REQUIRE(r.enter());
  {
    wire::Nesting one_more(r);
    CHECK(!one_more.allowed());
  }
  CHECK(r.error().kind == DecodeErrorKind::too_deep);
}

TEST_CASE("list builder: keeps what it had while it grows") {
  Input in;
  Reader r = in.reader();
  wire::ListBuilder<u64> list(r);
  for (u64 i = 0; i < 1000; ++i) {
    u64* item = list.add();
    REQUIRE(item != nullptr);
    CHECK(*item == 0);
    *item = i;
  }
  const Array<u64> all = list.array();
  REQUIRE(all.size == 1000);
  for (u32 i = 0; i < all.size; ++i) CHECK(all[i] == i);
}
