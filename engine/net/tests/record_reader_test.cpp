#include "engine/net/record_reader.h"

#include <catch2/catch.hpp>

using namespace dfs;
using namespace dfs::net;

namespace {

// A framing for the test: one byte, top bit "last", the rest the length in units of 1; 0x7f: 1,000 bytes.
class ByteFraming final : public Framing {
 public:
  Parse parse(const u8* p, size_t n, FragmentHeader& out) const override {
    if (n < 2) return Parse::more;
    if (p[0] == 'x') return Parse::bad;
    out = {2, static_cast<u32>(p[1]) * 100, p[0] == 'L'};
    return Parse::ok;
  }
};

std::string fragment(bool last, const std::string& body) {
  REQUIRE(body.size() % 100 == 0);
  return std::string(1, last ? 'L' : 'f') + static_cast<char>(body.size() / 100) + body;
}

struct World {
  ByteFraming framing;
  RecordLimits limits{.max_record = 20'000, .max_empty_fragments = 4};
  RecordReader reader{framing, limits};
  std::vector<std::string> records;

  RecordReader::Status feed(std::string_view bytes) {
    BlockRef block = BlockRef::allocate(static_cast<u32>(bytes.size()));
    std::memcpy(block->data(), bytes.data(), bytes.size());
    return reader.consume(block, block->data(), bytes.size(), sink()).status;
  }
  auto sink_fn() {
    return [this](Record r) {
      records.emplace_back(reinterpret_cast<const char*>(r.data), r.size);
      return true;
    };
  }
  RecordReader::Sink sink() {
    static thread_local UniqueFunction<bool(Record)> keep;
    keep = sink_fn();
    return RecordReader::Sink(keep);
  }
};

std::string body(char c, size_t n) { return std::string(n, c); }

}  // namespace

TEST_CASE("records: whole ones are not copied") {
  ByteFraming framing;
  RecordLimits limits;
  RecordReader reader(framing, limits);
  const std::string bytes =
      fragment(true, body('a', 100)) + fragment(true, body('b', 200)) + fragment(true, "");
  BlockRef block = BlockRef::allocate(1024);
  std::memcpy(block->data(), bytes.data(), bytes.size());
  std::vector<const u8*> places;
  auto sink = [&](Record r) {
    places.push_back(r.data);
    return true;
  };
  REQUIRE(reader.consume(block, block->data(), bytes.size(), sink).status == RecordReader::Status::ok);
  REQUIRE(places.size() == 3);
  CHECK(places[0] == block->data() + 2);
  CHECK(places[1] == block->data() + 104);
  CHECK_FALSE(reader.unfinished());
  CHECK(reader.pinned() == 0);
}

TEST_CASE("records: the same whatever way the stream is cut") {
  const std::string stream = fragment(true, body('a', 100)) + fragment(false, body('b', 300)) +
                             fragment(false, "") + fragment(true, body('c', 200)) + fragment(true, "") +
                             fragment(true, body('d', 9900));
  const std::vector<std::string> expected = {body('a', 100), body('b', 300) + body('c', 200), "",
                                             body('d', 9900)};
  for (size_t cut = 1; cut < 700; ++cut) {
    World w;
    for (size_t at = 0; at < stream.size(); at += cut)
      REQUIRE(w.feed(std::string_view(stream).substr(at, cut)) == RecordReader::Status::ok);
    REQUIRE(w.records == expected);
    CHECK_FALSE(w.reader.unfinished());
  }
}

TEST_CASE("records: the rest of a large one is received into its place") {
  World w;
  const std::string stream = fragment(true, body('d', 15000));
  REQUIRE(w.feed(std::string_view(stream).substr(0, 1000)) == RecordReader::Status::ok);
  auto tail = w.reader.tail();
  REQUIRE(tail.size == stream.size() - 1000);
  std::memset(tail.data, 'd', tail.size - 5000);
  REQUIRE(w.reader.received(tail.size - 5000, w.sink()) == RecordReader::Status::ok);
  CHECK(w.records.empty());
  CHECK(w.reader.tail().size == 0);  // what is left is too little for a receive of its own
  REQUIRE(w.feed(body('d', 5000)) == RecordReader::Status::ok);
  REQUIRE(w.records == std::vector<std::string>{body('d', 15000)});
}

TEST_CASE("records: too large, alone or in sum") {
  World w;
  CHECK(w.feed(fragment(true, body('a', 20000))) == RecordReader::Status::ok);
  CHECK(w.feed(fragment(true, body('a', 20100))) == RecordReader::Status::too_large);
  World sum;
  CHECK(sum.feed(fragment(false, body('a', 10000)) + fragment(false, body('a', 10000))) ==
        RecordReader::Status::ok);
  CHECK(sum.feed(fragment(true, body('a', 100))) == RecordReader::Status::too_large);
}

TEST_CASE("records: a peer that sends only headers, or nonsense, is let go") {
  World w;
  CHECK(w.feed(fragment(false, "") + fragment(false, "") + fragment(false, "") + fragment(false, "")) ==
        RecordReader::Status::ok);
  CHECK(w.feed(fragment(false, "")) == RecordReader::Status::bad_framing);
  World bad;
  CHECK(bad.feed("xx") == RecordReader::Status::bad_framing);
}
