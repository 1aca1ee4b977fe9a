#include "engine/fs/store_contract/metadata_text.h"

namespace dfs::fs::contract {

void metadata_directories(const StoreFactory& make) {
  auto s = make();
  FileId dir(5), other(6);
  SECTION("entries by name and in cookie order") {
    auto put = [&](MetadataTxn& t) {
      t.put_dirent(dir, "zeta", {3, FileId(20), FileType::directory});
      t.put_dirent(dir, "alpha", {4, FileId(21), FileType::regular});
      t.put_dirent(other, "alpha", {3, FileId(22), FileType::fifo});
      t.put_dirent(dir, std::string(255, 'n'), {5, FileId(23), FileType::symlink});
      t.put_dirent(dir, "alph", {6, FileId(24), FileType::regular});
      t.put_inode(inode_of(21, 1));
      return FsError::ok;
    };
    REQUIRE(update(*s, put) == FsError::ok);
    CHECK(names(*s, dir) == "zeta alpha " + std::string(255, 'n') + " alph ");
    CHECK(names(*s, dir, 4) == std::string(255, 'n') + " alph ");
    CHECK(names(*s, dir, 6).empty());
    CHECK(names(*s, dir, 0, 1) == "zeta ");
    CHECK(names(*s, FileId(99)).empty());
    auto check = [&](MetadataView& v) {
      auto d = v.lookup(dir, "alpha");
      CHECK(d->cookie == 4);
      CHECK(d->id == FileId(21));
      CHECK(d->type == FileType::regular);
      CHECK(v.lookup(other, "alpha")->type == FileType::fifo);
      CHECK(v.lookup(dir, "alp").error() == FsError::not_found);
      int nodes = 0;
      v.scan(dir, 0, true, [&](std::string_view name, const Dirent&, const Inode* node) {
        CHECK((node != nullptr) == (name == "alpha"));
        nodes += node != nullptr && same(*node, inode_of(21, 1));
        return true;
      });
      CHECK(nodes == 1);
      return FsError::ok;
    };
    REQUIRE(read(*s, check) == FsError::ok);
    auto change = [&](MetadataTxn& t) {
      t.erase_dirent(dir, "zeta");
      t.erase_dirent(dir, "never there");
      t.put_dirent(dir, "alpha", {7, FileId(25), FileType::socket});
      CHECK(t.lookup(dir, "zeta").error() == FsError::not_found);
      CHECK(t.lookup(dir, "alpha")->cookie == 7);
      CHECK(names(t, dir) == std::string(255, 'n') + " alph alpha ");
      return FsError::ok;
    };
    REQUIRE(update(*s, change) == FsError::ok);
    CHECK(names(*s, dir) == std::string(255, 'n') + " alph alpha ");
    CHECK(names(*s, other) == "alpha ");
  }
  SECTION("a listing in pages survives any change between them") {
    Cookie next = kFirstCookie;
    auto add = [&](int n) {
      auto fn = [&](MetadataTxn& t) {
        for (int i = 0; i < n; ++i, ++next)
          t.put_dirent(dir, "f" + std::to_string(next), {next, FileId(next), FileType::regular});
        return FsError::ok;
      };
      REQUIRE(update(*s, fn) == FsError::ok);
    };
    add(2000);
    std::vector<Cookie> seen;
    Cookie at = 0;
    for (int page = 0;; ++page) {
      size_t before = seen.size();
      auto get = [&](MetadataView& v) {
        return v.scan(dir, at, false, [&](std::string_view, const Dirent& d, const Inode*) {
          if (seen.size() == before + 100) return false;
          seen.push_back(d.cookie);
          return true;
        });
      };
      REQUIRE(read(*s, get) == FsError::ok);
      if (seen.size() == before) break;
      at = seen.back();
      // Take away some that were seen, the one just seen included, and some that were not.
      auto drop = [&](MetadataTxn& t) {
        for (Cookie c : {at, at - 50, at + 7}) t.erase_dirent(dir, "f" + std::to_string(c));
        return FsError::ok;
      };
      REQUIRE(update(*s, drop) == FsError::ok);
      if (page < 3) add(10);
    }
    CHECK(std::is_sorted(seen.begin(), seen.end()));
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    // All but those dropped before they were seen.
    for (Cookie c = kFirstCookie; c < next; ++c) {
      bool listed = std::binary_search(seen.begin(), seen.end(), c);
      bool dropped = c >= kFirstCookie + 100 + 6 && !listed;
      CHECK((listed || dropped));
    }
    CHECK(seen.size() + 25 > next - kFirstCookie);
  }
  SECTION("many entries, removed from the front, the back and between") {
    constexpr u64 kMany = 5000;
    auto fill = [&](MetadataTxn& t) {
      for (u64 i = 0; i < kMany; ++i)
        t.put_dirent(dir, std::to_string(i), {kFirstCookie + i, FileId(100 + i), FileType::regular});
      return FsError::ok;
    };
    REQUIRE(update(*s, fill) == FsError::ok);
    auto thin = [&](MetadataTxn& t) {
      for (u64 i = 0; i < kMany; ++i)
        if (i < 1000 || i >= 4000 || i % 3 == 0) t.erase_dirent(dir, std::to_string(i));
      return FsError::ok;
    };
    REQUIRE(update(*s, thin) == FsError::ok);
    std::string expected;
    for (u64 i = 1000; i < 4000; ++i)
      if (i % 3) expected += std::to_string(i) + " ";
    CHECK(names(*s, dir) == expected);
    auto check = [&](MetadataView& v) {
      for (u64 i = 0; i < kMany; ++i) {
        bool gone = i < 1000 || i >= 4000 || i % 3 == 0;
        if (v.lookup(dir, std::to_string(i)).has_value() == gone) return FsError::corrupt;
      }
      return FsError::ok;
    };
    CHECK(read(*s, check) == FsError::ok);
  }
}

}  // namespace dfs::fs::contract
