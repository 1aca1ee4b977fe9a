#include "engine/net/write_queue.h"

#include <catch2/catch.hpp>

using namespace dfs;
using namespace dfs::net;

namespace {
SliceList one(const BlockRef& b, u32 offset, u32 size) { return {Slice(b, b->data() + offset, size)}; }
}  // namespace

TEST_CASE("write queue: neighbours in one block leave as one piece") {
  WriteQueue q;
  BlockRef a = BlockRef::allocate(100), b = BlockRef::allocate(100);
  for (auto list : {one(a, 0, 10), one(a, 10, 20), one(b, 0, 5), one(a, 30, 1)}) q.append(list);
  uv_buf_t bufs[8];
  REQUIRE(q.gather(bufs, 8, SIZE_MAX) == 3);
  CHECK(bufs[0].len == 30);
  CHECK(q.bytes() == 36);
}

TEST_CASE("write queue: what was sent goes, block by block, also in the middle of a piece") {
  WriteQueue q;
  BlockRef a = BlockRef::allocate(100), b = BlockRef::allocate(100);
  for (auto list : {one(a, 0, 10), one(b, 0, 5)}) q.append(list);
  q.consume(4);
  uv_buf_t bufs[8];
  REQUIRE(q.gather(bufs, 8, SIZE_MAX) == 2);
  CHECK(bufs[0].base == reinterpret_cast<char*>(a->data()) + 4);
  q.consume(6);
  CHECK(a->unique());
  CHECK_FALSE(b->unique());
  q.consume(5);
  CHECK(q.empty());
  CHECK(b->unique());
}

TEST_CASE("write queue: gathering within a limit") {
  WriteQueue q;
  BlockRef a = BlockRef::allocate(100), b = BlockRef::allocate(100);
  for (auto list : {one(a, 0, 10), one(b, 0, 10)}) q.append(list);
  uv_buf_t bufs[8];
  REQUIRE(q.gather(bufs, 8, 13) == 2);
  CHECK(bufs[1].len == 3);
  CHECK(q.gather(bufs, 1, SIZE_MAX) == 1);
}
