// Writer: what goes into the list of Slices, and which of it by reference.
#include <catch2/catch.hpp>

#include "engine/wire/writer.h"

using namespace dfs;
using wire::Writer;

namespace {

// A payload over a Slice of `size` bytes that are all `fill`.
struct Data {
  Slice slice;
  IoPiece piece;
  Data(u32 size, char fill) {
    slice = Slice::copy_of(std::string(size, fill).data(), size);
    piece = slice.piece();
  }
  Payload payload() const { return {&piece, 1, piece.size}; }
};

}  // namespace

TEST_CASE("writer: numbers, opaque data and its padding") {
  const std::string out = wire::encode_to_string([](Writer& w) {
    w.i32(-2);
    w.u64(0x0102030405060708);
    w.boolean(true);
    w.opaque(Bytes::of("hello"));
    w.text(Text::of(""));
    w.f32(1.0f);
    w.f64(2.0);
  });
  CHECK(out == std::string("\xff\xff\xff\xfe\1\2\3\4\5\6\7\10\0\0\0\1\0\0\0\5hello\0\0\0\0\0\0\0"
                           "\x3f\x80\0\0\x40\0\0\0\0\0\0\0",
                           44));
}

TEST_CASE("writer: written() counts across blocks, attached pieces included") {
  SliceList out;
  BlockCursor cursor(4096);
  const Data data(5000, 'd');
  const SliceList keep{data.slice};
  Writer w(out, cursor);
  w.keep = &keep;
  for (int i = 0; i < 3000; ++i) w.u32(7);
  CHECK(w.written() == 12000);
  w.payload(data.payload());
  CHECK(w.written() == 12000 + 4 + 5000);
  w.finish();
  CHECK(total_size(out) == 17004);
}

TEST_CASE("writer: a large piece that is kept is attached, not copied; what follows comes behind it") {
  SliceList out;
  BlockCursor cursor(65536);
  const Data data(Writer::kAttach + 1, 'x');
  const SliceList keep{data.slice};
  {
    Writer w(out, cursor);
    w.keep = &keep;
    w.u32(1);
    w.payload(data.payload());
    w.u32(2);
  }
  REQUIRE(out.size() == 3);
  CHECK(out[1].data() == data.slice.data());
  CHECK(out[1].block().get() == data.slice.block().get());
  const std::string flat = flatten(out);
  CHECK(flat.size() == 4 + 4 + 1025 + 3 + 4);
  CHECK(flat.substr(flat.size() - 7) == std::string("\0\0\0\0\0\0\2", 7));
}

TEST_CASE("writer: small pieces, and pieces nobody keeps, are copied") {
  const Data small(100, 's'), stray(5000, 't');
  for (const Data* data : {&small, &stray}) {
    SliceList out;
    BlockCursor cursor(65536);
    const SliceList keep{small.slice};
    {
      Writer w(out, cursor);
      w.keep = &keep;
      w.payload(data->payload());
    }
    CHECK(out.size() == 1);
    CHECK(flatten(out).substr(4) == std::string(data->piece.size, data == &small ? 's' : 't'));
  }
}

TEST_CASE("writer: consecutive writers of one loop share a block and an iovec") {
  SliceList out;
  BlockCursor cursor(65536);
  for (u32 i = 0; i < 10; ++i) {
    Writer w(out, cursor);
    w.u32(i);
  }
  CHECK(out.size() == 1);
  CHECK(total_size(out) == 40);
}

TEST_CASE("writer: more than a block of opaque data") {
  const std::string bytes(100'001, 'b');
  const std::string out = wire::encode_to_string([&](Writer& w) { w.opaque(Bytes::of(bytes)); });
  CHECK(out.size() == 4 + 100'004);
  CHECK(out.substr(4, bytes.size()) == bytes);
  CHECK(out.substr(4 + bytes.size()) == std::string(3, '\0'));
}
