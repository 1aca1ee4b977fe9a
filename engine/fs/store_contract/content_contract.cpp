#include <catch2/catch.hpp>

#include "engine/base/random.h"
#include "engine/fs/store_contract/fixture.h"

namespace dfs::fs::contract {
namespace {

constexpr u64 kGrid = 65536;  // a size that crosses any store's chunks when multiplied

// Files as bare inodes, without a file system: what one would do around a content store, one call at a time.
class Files {
 public:
  explicit Files(StoreFixture& s) : s_(s) {}

  Inode make(u64 id) {
    Inode n{};
    n.id = FileId(id);
    n.generation = 1;
    n.type = FileType::regular;
    n.nlink = 1;
    put(n);
    return n;
  }
  void put(const Inode& n) {
    auto fn = [&](MetadataTxn& t) {
      t.put_inode(n);
      return FsError::ok;
    };
    REQUIRE(wait(s_.metadata().update(fn)) == FsError::ok);
  }
  FsError apply(Inode& n, ContentChange change, u64 new_size) {
    if (change.error != FsError::ok) return change.error;
    Inode changed;
    auto fn = [&](MetadataTxn& t) {
      changed = n;
      if (change.edit) {
        FsError e = change.edit->apply(t, changed);
        if (e != FsError::ok) return e;
      }
      changed.size = new_size;
      t.put_inode(changed);
      return FsError::ok;
    };
    FsError e = wait(s_.metadata().update(fn));
    if (e == FsError::ok) n = changed;
    return e;
  }
  FsError write(Inode& n, u64 offset, std::string_view data, u32 slice = UINT32_MAX) {
    SliceList list;
    for (size_t at = 0; at < data.size(); at += slice)
      list.push_back(
          Slice::copy_of(data.data() + at, static_cast<u32>(std::min<size_t>(slice, data.size() - at))));
    ContentChange c = wait(s_.content().write(n, offset, list));
    return apply(n, std::move(c), std::max(n.size, offset + data.size()));
  }
  FsError truncate(Inode& n, u64 size) { return apply(n, wait(s_.content().truncate(n, size)), size); }
  FsError punch(Inode& n, u64 offset, u64 length) {
    return apply(n, wait(s_.content().deallocate(n, offset, length)), n.size);
  }
  FsError clone(const Inode& from, u64 from_offset, Inode& to, u64 to_offset, u64 length) {
    return apply(to, wait(s_.content().clone(from, from_offset, to, to_offset, length)),
                 std::max(to.size, to_offset + length));
  }
  std::string read(const Inode& n, u64 offset, u32 length) {
    ContentRead r = wait(s_.content().read(n, offset, length));
    REQUIRE(r.error == FsError::ok);
    REQUIRE(total_size(r.data) == length);
    return flatten(r.data);
  }
  std::string map(const Inode& n) {  // e.g. "hole 0 10, data 10 5"
    std::string out;
    for (u64 at = 0; at < n.size;) {
      auto e = wait(s_.content().extent(n, at));
      REQUIRE(e.has_value());
      REQUIRE(e->offset == at);
      REQUIRE(e->length > 0);
      REQUIRE(at + e->length <= n.size);
      out += (out.empty() ? "" : ", ") + std::string(e->data ? "data " : "hole ") + std::to_string(at) + " " +
             std::to_string(e->length);
      at += e->length;
    }
    return out;
  }
  FsError remove(const Inode& n) {
    auto fn = [&](MetadataTxn& t) {
      t.erase_inode(n.id);
      return s_.content().remove(t, n);
    };
    return wait(s_.metadata().update(fn));
  }

 private:
  StoreFixture& s_;
};

std::string pattern(u64 seed, size_t n) {
  std::string s(n, '\0');
  for (size_t i = 0; i < n; ++i) s[i] = static_cast<char>('a' + (i * 31 + seed * 7 + i / 251) % 26);
  return s;
}

}  // namespace

void content_bytes(const StoreFactory& make) {
  auto s = make();
  Files f(*s);
  Inode n = f.make(10);
  SECTION("bytes come back as written, in any pieces") {
    for (u32 slice : {1000u, 4096u, 70000u, 1u << 20}) {
      std::string data = pattern(slice, 3 * kGrid + 777);
      REQUIRE(f.write(n, 5, data, slice) == FsError::ok);
      CHECK(f.read(n, 5, static_cast<u32>(data.size())) == data);
      CHECK(f.read(n, 5 + kGrid - 3, 7) == data.substr(kGrid - 3, 7));
      CHECK(n.space_used == data.size());
    }
    CHECK(f.read(n, 0, 6) == std::string(5, '\0') + pattern(1u << 20, 1));
  }
  SECTION("an overwrite changes only its range") {
    std::string data = pattern(1, 2 * kGrid);
    REQUIRE(f.write(n, 0, data) == FsError::ok);
    for (u64 at : {u64(0), u64(100), kGrid - 10, kGrid, 2 * kGrid - 20}) {
      std::string patch = pattern(at + 2, 20);
      REQUIRE(f.write(n, at, patch) == FsError::ok);
      data.replace(at, 20, patch);
      CHECK(f.read(n, 0, static_cast<u32>(data.size())) == data);
    }
    CHECK(n.space_used == data.size());
  }
  SECTION("what a read handed out stays as it was") {
    std::string data = pattern(1, kGrid);
    REQUIRE(f.write(n, 0, data) == FsError::ok);
    ContentRead held = wait(s->content().read(n, 0, kGrid));
    REQUIRE(f.write(n, 0, pattern(2, kGrid)) == FsError::ok);
    REQUIRE(f.write(n, 10, "xx") == FsError::ok);
    CHECK(flatten(held.data) == data);
    REQUIRE(f.remove(n) == FsError::ok);
    CHECK(flatten(held.data) == data);
  }
  SECTION("small writes one after the other") {
    std::string data;
    for (int i = 0; i < 3000; ++i) {
      std::string part = pattern(i, 1 + i % 90);
      REQUIRE(f.write(n, data.size(), part) == FsError::ok);
      data += part;
    }
    CHECK(f.read(n, 0, static_cast<u32>(data.size())) == data);
  }
  SECTION("a removed file is stale, not zeros") {
    REQUIRE(f.write(n, 0, "data") == FsError::ok);
    Inode seen = n;
    REQUIRE(f.remove(n) == FsError::ok);
    CHECK(wait(s->content().read(seen, 0, 4)).error == FsError::stale);
    Inode other = f.make(11);
    REQUIRE(f.write(other, 0, "other") == FsError::ok);
    CHECK(f.read(other, 0, 5) == "other");
  }
  SECTION("an update that fails takes no truncation with it") {
    REQUIRE(f.write(n, 0, "0123456789") == FsError::ok);
    ContentChange cut = wait(s->content().truncate(n, 4));
    REQUIRE(cut.error == FsError::ok);
    Inode copy = n;
    auto fail = [&](MetadataTxn& t) {
      cut.edit->apply(t, copy);
      return FsError::no_space;
    };
    CHECK(wait(s->metadata().update(fail)) == FsError::no_space);
    cut.edit.reset();
    CHECK(f.read(n, 0, 10) == "0123456789");
    auto fail_remove = [&](MetadataTxn& t) {
      CHECK(s->content().remove(t, n) == FsError::ok);
      return FsError::no_space;
    };
    CHECK(wait(s->metadata().update(fail_remove)) == FsError::no_space);
    CHECK(f.read(n, 0, 10) == "0123456789");
  }
  SECTION("free space follows what is stored") {
    FsStat before = s->content().statfs();
    CHECK(before.total_bytes >= before.free_bytes);
    CHECK(before.free_bytes >= before.available_bytes);
    REQUIRE(f.write(n, 0, pattern(1, 4 * kGrid)) == FsError::ok);
    CHECK(s->content().statfs().total_bytes >= s->content().statfs().free_bytes);
  }
}

void content_holes(const StoreFactory& make) {
  auto s = make();
  Files f(*s);
  Inode n = f.make(10);
  SECTION("a gap is a hole and reads as zeros") {
    REQUIRE(f.write(n, 10 * kGrid + 5, "abc") == FsError::ok);
    CHECK(n.space_used == 3);
    CHECK(f.read(n, 10 * kGrid, 8) == std::string(5, '\0') + "abc");
    CHECK(f.read(n, 0, 3 * kGrid) == std::string(3 * kGrid, '\0'));
    CHECK(f.map(n) == "hole 0 655365, data 655365 3");
  }
  SECTION("the very end of the largest file") {
    u64 at = kMaxFileSize - 4;
    REQUIRE(f.write(n, at, "last") == FsError::ok);
    REQUIRE(f.write(n, 0, "first") == FsError::ok);
    CHECK(n.size == kMaxFileSize);
    CHECK(f.read(n, at - 4, 8) == std::string(4, '\0') + "last");
    CHECK(f.map(n) == "data 0 5, hole 5 " + std::to_string(at - 5) + ", data " + std::to_string(at) + " 4");
    REQUIRE(f.truncate(n, 5) == FsError::ok);
    CHECK(n.space_used == 5);
    REQUIRE(f.truncate(n, kMaxFileSize) == FsError::ok);
    CHECK(f.read(n, at, 4) == std::string(4, '\0'));
    CHECK(f.map(n) == "data 0 5, hole 5 " + std::to_string(kMaxFileSize - 5));
  }
  SECTION("shrinking forgets, growing shows zeros") {
    std::string data = pattern(3, 3 * kGrid);
    REQUIRE(f.write(n, 0, data) == FsError::ok);
    for (u64 size : {2 * kGrid + 17, 2 * kGrid, kGrid - 1, u64(3), u64(0)}) {
      REQUIRE(f.truncate(n, size) == FsError::ok);
      CHECK(n.space_used == size);
      REQUIRE(f.truncate(n, 3 * kGrid) == FsError::ok);
      CHECK(n.space_used == size);
      CHECK(f.read(n, 0, 3 * kGrid) == data.substr(0, size) + std::string(3 * kGrid - size, '\0'));
    }
  }
  SECTION("growing forgets what a write without its metadata left beyond the end") {
    REQUIRE(f.write(n, 0, "head") == FsError::ok);
    {
      std::string lost = pattern(1, 100);
      SliceList list{Slice::copy_of(lost.data(), 100)};
      ContentChange given_up = wait(s->content().write(n, 50, list));
      REQUIRE(given_up.error == FsError::ok);
    }
    REQUIRE(f.truncate(n, 200) == FsError::ok);
    CHECK(f.read(n, 0, 200) == "head" + std::string(196, '\0'));
    CHECK(n.space_used == 4);
  }
  SECTION("a deallocated range is a hole") {
    std::string data = pattern(4, 3 * kGrid);
    REQUIRE(f.write(n, 0, data) == FsError::ok);
    REQUIRE(f.punch(n, 100, 2 * kGrid) == FsError::ok);
    data.replace(100, 2 * kGrid, 2 * kGrid, '\0');
    CHECK(f.read(n, 0, 3 * kGrid) == data);
    CHECK(n.space_used == kGrid);
    CHECK(f.map(n) == "data 0 100, hole 100 131072, data 131172 65436");
    REQUIRE(f.write(n, 200, "x") == FsError::ok);
    CHECK(f.map(n) == "data 0 100, hole 100 100, data 200 1, hole 201 130971, data 131172 65436");
    REQUIRE(f.punch(n, 0, 3 * kGrid) == FsError::ok);
    CHECK(n.space_used == 0);
    CHECK(f.read(n, 0, 3 * kGrid) == std::string(3 * kGrid, '\0'));
  }
  SECTION("an empty file has no extents; past the end there is none") {
    CHECK(f.map(n).empty());
    CHECK(wait(s->content().extent(n, 0)).error() == FsError::invalid);
  }
}

void content_sharing(const StoreFactory& make) {
  auto s = make();
  Files f(*s);
  Inode a = f.make(10), b = f.make(11);
  std::string data = pattern(5, 8 * kGrid + 100);
  REQUIRE(f.write(a, 0, data) == FsError::ok);
  auto all = [&](const Inode& n) { return f.read(n, 0, static_cast<u32>(n.size)); };
  SECTION("a clone is equal and independent") {
    REQUIRE(f.clone(a, 0, b, 0, data.size()) == FsError::ok);
    CHECK(all(b) == data);
    CHECK(b.space_used == data.size());
    std::string changed = data;
    for (u64 at : {u64(1), kGrid * 4 - 2, u64(data.size() - 4)}) {
      REQUIRE(f.write(b, at, "####") == FsError::ok);
      changed.replace(at, 4, "####");
    }
    CHECK(all(b) == changed);
    CHECK(all(a) == data);
    REQUIRE(f.write(a, 70, "@@@@") == FsError::ok);
    CHECK(all(b) == changed);
    REQUIRE(f.remove(a) == FsError::ok);
    CHECK(all(b) == changed);
  }
  SECTION("ranges, aligned and not, over what was there") {
    std::string old = pattern(6, 9 * kGrid);
    REQUIRE(f.write(b, 0, old) == FsError::ok);
    for (auto [from, to, length] : {std::tuple<u64, u64, u64>{0, 4 * kGrid, 4 * kGrid},
                                    {kGrid, kGrid, 2 * kGrid},
                                    {3, 7, 5 * kGrid},
                                    {4 * kGrid, 100, 50},
                                    {8 * kGrid, 0, 100}}) {
      REQUIRE(f.clone(a, from, b, to, length) == FsError::ok);
      old.replace(to, length, data.substr(from, length));
      CHECK(all(b) == old);
    }
    CHECK(all(a) == data);
  }
  SECTION("holes are cloned as holes") {
    REQUIRE(f.punch(a, kGrid, 5 * kGrid) == FsError::ok);
    REQUIRE(f.write(b, 0, pattern(7, 8 * kGrid)) == FsError::ok);
    REQUIRE(f.clone(a, 0, b, 0, 8 * kGrid) == FsError::ok);
    CHECK(f.map(b) == "data 0 65536, hole 65536 327680, data 393216 131072");
    CHECK(b.space_used == 3 * kGrid);
    CHECK(all(b) == f.read(a, 0, 8 * kGrid));
  }
  SECTION("within one file") {
    REQUIRE(f.clone(a, 0, a, 4 * kGrid, 2 * kGrid) == FsError::ok);
    data.replace(4 * kGrid, 2 * kGrid, data.substr(0, 2 * kGrid));
    CHECK(all(a) == data);
    REQUIRE(f.write(a, 4 * kGrid, "new") == FsError::ok);
    CHECK(f.read(a, 0, 3) == data.substr(0, 3));
  }
}

// Random changes of two files against strings.
void content_random(const StoreFactory& make) {
  auto s = make();
  Files f(*s);
  Random random(4711);
  constexpr u64 kMax = 6 * kGrid;
  Inode nodes[2] = {f.make(10), f.make(11)};
  std::string model[2];
  std::vector<std::pair<SliceList, std::string>> held;  // reads that must not change afterwards
  for (int step = 0; step < 400; ++step) {
    int which = static_cast<int>(random.below(2));
    Inode& n = nodes[which];
    std::string& m = model[which];
    u64 at = random.below(kMax), length = 1 + random.below(random.below(4) == 0 ? 2 * kGrid : 5000);
    switch (random.below(8)) {
      default: {
        std::string data = pattern(step, length);
        REQUIRE(f.write(n, at, data, 1 + static_cast<u32>(random.below(2 * kGrid))) == FsError::ok);
        if (m.size() < at + length) m.resize(at + length);
        m.replace(at, length, data);
        break;
      }
      case 0: {
        REQUIRE(f.truncate(n, at) == FsError::ok);
        m.resize(at);
        break;
      }
      case 1: {
        if (at + length > m.size()) break;
        REQUIRE(f.punch(n, at, length) == FsError::ok);
        m.replace(at, length, length, '\0');
        break;
      }
      case 2: {
        std::string& other = model[1 - which];
        if (at + length > other.size()) break;
        u64 to = random.below(2) ? at : random.below(kMax);
        REQUIRE(f.clone(nodes[1 - which], at, n, to, length) == FsError::ok);
        if (m.size() < to + length) m.resize(to + length);
        m.replace(to, length, other.substr(at, length));
        break;
      }
    }
    if (!m.empty()) {
      ContentRead r = wait(s->content().read(n, 0, static_cast<u32>(m.size())));
      REQUIRE(r.error == FsError::ok);
      REQUIRE(flatten(r.data) == m);
      if (random.below(10) == 0) held.emplace_back(std::move(r.data), m);
      if (held.size() > 5) held.erase(held.begin());
      for (auto& [slices, text] : held) REQUIRE(flatten(slices) == text);
      // The map covers the file, and its data is what the inode says is used.
      u64 used = 0;
      for (u64 pos = 0; pos < n.size;) {
        auto e = wait(s->content().extent(n, pos));
        REQUIRE(e.has_value());
        if (e->data) used += e->length;
        pos += e->length;
      }
      REQUIRE(used == n.space_used);
    }
  }
}

}  // namespace dfs::fs::contract
