#pragma once

#include <catch2/catch.hpp>

#include "engine/fs/store_contract/fixture.h"

// What the parts of the metadata contract share: rows to tell apart, and tables as text.
namespace dfs::fs::contract {

using Table = MetadataView::Table;

inline Inode inode_of(u64 id, u64 tag) {
  Inode n{};
  n.id = FileId(id);
  n.generation = tag * 3;
  n.type = FileType::regular;
  n.mode = 0640;
  n.nlink = 2;
  n.uid = 0xfffffffe;
  n.gid = 7;
  n.size = tag << 40;
  n.space_used = tag;
  n.change = tag + 1;
  n.atime = {-1, 999'999'999};
  n.mtime = {1'700'000'000, 1};
  n.ctime = {i64(1) << 40, 2};
  n.btime = {0, 3};
  n.rdev_major = 8;
  n.rdev_minor = 0xffffffff;
  n.parent = FileId(2);
  n.next_cookie = 3;
  n.entries = 4;
  n.create_verifier = 0x0123456789abcdef;
  n.has_create_verifier = true;
  return n;
}

inline bool same(const Inode& a, const Inode& b) {
  return a.id == b.id && a.generation == b.generation && a.type == b.type && a.mode == b.mode &&
         a.nlink == b.nlink && a.uid == b.uid && a.gid == b.gid && a.size == b.size &&
         a.space_used == b.space_used && a.change == b.change && a.atime == b.atime && a.mtime == b.mtime &&
         a.ctime == b.ctime && a.btime == b.btime && a.rdev_major == b.rdev_major &&
         a.rdev_minor == b.rdev_minor && a.parent == b.parent && a.next_cookie == b.next_cookie &&
         a.entries == b.entries && a.create_verifier == b.create_verifier &&
         a.has_create_verifier == b.has_create_verifier;
}

template <class F>
FsError update(StoreFixture& s, F fn, CommitSeq* seq = nullptr) {
  return wait(s.metadata().update(fn, seq));
}
template <class F>
FsError read(StoreFixture& s, F fn) {
  return wait(s.metadata().read(fn));
}

// Every row of a table under a prefix, as "key=value " text.
inline std::string dump(StoreFixture& s, Table table, std::string_view prefix = {},
                        std::string_view after = {}) {
  std::string out;
  auto get = [&](MetadataView& v) {
    return v.rows(table, prefix, after, [&](std::string_view k, std::string_view value) {
      out.append(k).append("=").append(value).append(" ");
      return true;
    });
  };
  REQUIRE(read(s, get) == FsError::ok);
  return out;
}

inline std::string names(MetadataView& v, FileId dir, Cookie after = 0, size_t limit = SIZE_MAX) {
  std::string out;
  size_t n = 0;
  FsError e = v.scan(dir, after, false, [&](std::string_view name, const Dirent& d, const Inode* node) {
    CHECK(node == nullptr);
    CHECK(d.cookie > after);
    if (n++ == limit) return false;
    out.append(name).append(" ");
    return true;
  });
  REQUIRE(e == FsError::ok);
  return out;
}
inline std::string names(StoreFixture& s, FileId dir, Cookie after = 0, size_t limit = SIZE_MAX) {
  std::string out;
  auto get = [&](MetadataView& v) {
    out = names(v, dir, after, limit);
    return FsError::ok;
  };
  REQUIRE(read(s, get) == FsError::ok);
  return out;
}

}  // namespace dfs::fs::contract
