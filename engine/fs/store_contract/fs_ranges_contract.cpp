#include <catch2/catch.hpp>

#include "engine/base/random.h"
#include "engine/fs/store_contract/world.h"

// Data and holes: RFC 7862 15.1, 15.4, 15.10 and 15.11.
namespace dfs::fs::contract {
namespace {

using SeekFor = FileSystem::SeekFor;
constexpr u64 kFar = 1u << 20;

// A file of `size` bytes with data in [kFar, kFar + 10).
NodeRef sparse(World& w, u64 size) {
  NodeRef f = w.file_of(1, 1, 0644, "sparse");
  w.setattr(f, with_size(size));
  w.write(f, kFar, "0123456789");
  return f;
}

std::string seek(World& w, NodeRef f, u64 at, SeekFor what) {
  SeekResult r = wait(w.fs().seek(w.who, f, at, what, IoCheck::strict));
  if (r.error != FsError::ok) return name(r.error);
  return std::to_string(r.offset) + (r.eof ? " eof" : "");
}

void seeking(World& w) {
  NodeRef f = sparse(w, 2 * kFar);
  CHECK(seek(w, f, 0, SeekFor::data) == std::to_string(kFar));
  CHECK(seek(w, f, kFar + 3, SeekFor::data) == std::to_string(kFar + 3));
  CHECK(seek(w, f, kFar + 10, SeekFor::data) == std::to_string(2 * kFar) + " eof");
  CHECK(seek(w, f, 0, SeekFor::hole) == "0");
  CHECK(seek(w, f, kFar, SeekFor::hole) == std::to_string(kFar + 10));
  CHECK(seek(w, f, 2 * kFar - 1, SeekFor::hole) == std::to_string(2 * kFar - 1));
  // "If the sa_offset is beyond the end of the file"
  CHECK(seek(w, f, 2 * kFar, SeekFor::data) == "no_such_range");
  CHECK(seek(w, f, UINT64_MAX, SeekFor::hole) == "no_such_range");
  NodeRef full = w.file_of(1, 1, 0600, "full");
  CHECK(seek(w, full, 0, SeekFor::data) == "no_such_range");
  w.write(full, 0, "abc");
  CHECK(seek(w, full, 1, SeekFor::hole) == "3 eof");  // the one behind the end
  CHECK(seek(w, w.root(), 0, SeekFor::hole) == "is_directory");
  w.who = user(2, 2);
  CHECK(seek(w, full, 0, SeekFor::data) == "access");
}

std::string pieces(World& w, NodeRef f, u64 at, u32 count) {
  ReadPlusResult r = wait(w.fs().read_plus(w.who, f, at, count, IoCheck::strict));
  if (r.error != FsError::ok) return name(r.error);
  std::string out;
  for (const Segment& s : r.segments) {
    CHECK(s.offset == at);
    at += s.length;
    if (!s.hole) CHECK(total_size(s.data) == s.length);
    out += s.hole ? "hole:" + std::to_string(s.length) + " " : flatten(s.data) + " ";
  }
  return out + (r.eof ? "eof" : "");
}

void reading(World& w) {
  NodeRef f = sparse(w, kFar + 20);
  CHECK(pieces(w, f, kFar - 5, 100) == "hole:5 0123456789 hole:10 eof");
  CHECK(pieces(w, f, kFar + 8, 2) == "89 ");
  CHECK(pieces(w, f, kFar + 10, 10) == "hole:10 eof");
  CHECK(pieces(w, f, kFar + 20, 10) == "eof");
  CHECK(pieces(w, f, UINT64_MAX, 10) == "eof");
  CHECK(pieces(w, f, 0, 0) == "");
  CHECK(pieces(w, f, 0, 1000) == "hole:1000 ");
  CHECK(pieces(w, w.root(), 0, 10) == "is_directory");
  w.who = user(2, 2);
  w.set_acl(f, {deny(Who::everyone, ace::kReadData)});
  CHECK(pieces(w, f, 0, 10) == "access");
}

void punching(World& w) {
  NodeRef f = w.file_of(1, 1, 06777, "f");
  w.write(f, 0, std::string(3000, 'x'));
  Inode before = w.get(f);
  w.tick();
  w.who = user(2, 2);
  ChangeResult r = w.deallocate(f, 1000, 1000);
  CHECK(r.error == FsError::ok);
  CHECK(r.node.before.change == before.change);
  CHECK(r.node.after.change > before.change);
  CHECK(r.node.after.mtime > before.mtime);
  CHECK(r.node.after.size == 3000);
  CHECK(r.node.after.space_used == 2000);
  CHECK(r.node.after.mode == 0777);  // a change by somebody who could not set the bits again
  w.who = user(0, 0);
  CHECK(w.text(f) == std::string(1000, 'x') + std::string(1000, '\0') + std::string(1000, 'x'));
  CHECK(w.deallocate(f, 2500, UINT64_MAX).error == FsError::ok);  // to the end, which stays
  CHECK(w.get(f).size == 3000);
  CHECK(w.get(f).space_used == 1500);
  Inode after = w.get(f);
  CHECK(w.deallocate(f, 3000, 10).error == FsError::ok);
  CHECK(w.get(f).change == after.change);
  CHECK(w.deallocate(f, 0, 0).error == FsError::invalid);
  CHECK(w.deallocate(w.root(), 0, 1).error == FsError::is_directory);
  w.setattr(f, with_mode(0644));
  w.who = user(2, 2);
  CHECK(w.deallocate(f, 0, 1).error == FsError::access);
}

void allocating(World& w) {
  NodeRef f = w.file_of(1, 1, 06777, "f");
  w.write(f, 1000, "data");
  w.tick();
  Inode before = w.get(f);
  w.who = user(2, 2);
  ChangeResult r = w.allocate(f, 500, 2 * kFar);
  CHECK(r.error == FsError::ok);
  CHECK(r.node.before.size == 1004);
  CHECK(r.node.after.size == 500 + 2 * kFar);
  CHECK(r.node.after.space_used == 2 * kFar);
  CHECK(r.node.after.change > before.change);
  CHECK(r.node.after.mode == 0777);
  w.who = user(0, 0);
  CHECK(flatten(w.read(f, 0, 2000).data) == std::string(1000, '\0') + "data" + std::string(996, '\0'));
  CHECK(w.allocate(f, 0, 10).node.after.size == 500 + 2 * kFar);
  CHECK(w.allocate(f, 0, 0).error == FsError::invalid);
  CHECK(w.allocate(f, kMaxFileSize, 1).error == FsError::file_too_large);
  CHECK(w.allocate(f, 1, UINT64_MAX).error == FsError::file_too_large);
  Inode stays = w.get(f);
  CHECK(w.allocate(f, 0, kMaxFileSize).error == FsError::no_space);
  CHECK(w.get(f).change == stays.change);
  CHECK(w.allocate(w.root(), 0, 1).error == FsError::is_directory);
  w.setattr(f, with_mode(0644));
  w.who = user(2, 2);
  CHECK(w.allocate(f, 0, 1).error == FsError::access);
}

// Every call against a plain array of bytes that knows which were ever written.
void random_ranges(World& w) {
  Random random(99);
  NodeRef f = w.file_of(0, 0, 0644, "f");
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    const u64 at = random.below(900000), n = 1 + random.below(200000);
    switch (random.below(4)) {
      case 0: {
        std::string data(n, static_cast<char>('a' + i % 26));
        REQUIRE(w.write(f, at, data, Stable::unstable).error == FsError::ok);
        bytes.resize(std::max<size_t>(bytes.size(), at + n));
        bytes.replace(at, n, data);
        break;
      }
      case 1:
        REQUIRE(w.deallocate(f, at, n).error == FsError::ok);
        if (at < bytes.size()) std::fill_n(bytes.begin() + at, std::min<size_t>(n, bytes.size() - at), '\0');
        break;
      case 2:
        REQUIRE(w.allocate(f, at, n).error == FsError::ok);
        bytes.resize(std::max<size_t>(bytes.size(), at + n));
        CHECK(seek(w, f, at, SeekFor::data) == std::to_string(at));
        break;
      default:
        REQUIRE(w.setattr(f, with_size(at)).error == FsError::ok);
        bytes.resize(at);
    }
    REQUIRE(w.get(f).size == bytes.size());
    const u64 from = bytes.empty() ? 0 : random.below(bytes.size());
    ReadPlusResult r = wait(w.fs().read_plus(w.who, f, from, 300000, IoCheck::strict));
    REQUIRE(r.error == FsError::ok);
    std::string got;
    for (const Segment& s : r.segments) got += s.hole ? std::string(s.length, '\0') : flatten(s.data);
    REQUIRE(got == bytes.substr(from, got.size()));
    REQUIRE((r.eof || got.size() == 300000));
  }
}

}  // namespace

void fs_ranges(const StoreFactory& make) {
  World w(make);
  SECTION("seeking data and holes") { seeking(w); }
  SECTION("reading data and holes") { reading(w); }
  SECTION("giving space back") { punching(w); }
  SECTION("taking space beforehand") { allocating(w); }
  SECTION("random calls agree with an array of bytes") { random_ranges(w); }
}

}  // namespace dfs::fs::contract
