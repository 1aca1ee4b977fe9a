#include "engine/fs/store_contract/metadata_text.h"

namespace dfs::fs::contract {

void metadata_rows(const StoreFactory& make) {
  auto s = make();
  SECTION("an inode comes back whole, can be replaced and erased") {
    auto put = [](MetadataTxn& t) {
      t.put_inode(inode_of(10, 1));
      t.put_inode(inode_of(11, 2));
      t.put_inode(inode_of(10, 3));
      CHECK(same(*t.inode(FileId(10)), inode_of(10, 3)));
      return FsError::ok;
    };
    REQUIRE(update(*s, put) == FsError::ok);
    auto check = [](MetadataView& v) {
      CHECK(same(*v.inode(FileId(10)), inode_of(10, 3)));
      CHECK(same(*v.inode(FileId(11)), inode_of(11, 2)));
      CHECK(v.inode(FileId(12)).error() == FsError::not_found);
      CHECK(v.inode_count() == 2);
      return FsError::ok;
    };
    REQUIRE(read(*s, check) == FsError::ok);
    auto erase = [](MetadataTxn& t) {
      t.erase_inode(FileId(10));
      CHECK(t.inode(FileId(10)).error() == FsError::not_found);
      CHECK(t.inode_count() == 1);
      return FsError::ok;
    };
    REQUIRE(update(*s, erase) == FsError::ok);
  }
  SECTION("all inodes in order of ids") {
    auto put = [](MetadataTxn& t) {
      for (u64 id : {300, 5, 70000, 11}) t.put_inode(inode_of(id, id));
      t.erase_inode(FileId(5));
      return FsError::ok;
    };
    REQUIRE(update(*s, put) == FsError::ok);
    auto check = [](MetadataView& v) {
      std::vector<u64> ids;
      auto visit = [&](const Inode& n) {
        CHECK(same(n, inode_of(n.id.value, n.id.value)));
        ids.push_back(n.id.value);
        return ids.size() < 2;
      };
      CHECK(v.inodes(FileId(0), visit) == FsError::ok);
      CHECK(ids == std::vector<u64>{11, 300});
      ids.clear();
      CHECK(v.inodes(FileId(11), visit) == FsError::ok);
      CHECK(ids == std::vector<u64>{300, 70000});
      return FsError::ok;
    };
    REQUIRE(read(*s, check) == FsError::ok);
  }
  SECTION("rows of a table in key order, under a prefix, after a key") {
    auto put = [](MetadataTxn& t) {
      for (auto k : {"b1", "a2", "a1", "b", "a3", "c"}) t.put_row(Table::xattr, k, std::string("v") + k);
      t.put_row(Table::content, "a9", "other table");
      t.put_row(Table::xattr, "empty", {});
      t.put_row(Table::xattr, std::string_view("\0\xff", 2), std::string_view("\0", 1));
      return FsError::ok;
    };
    REQUIRE(update(*s, put) == FsError::ok);
    CHECK(dump(*s, Table::xattr, "a") == "a1=va1 a2=va2 a3=va3 ");
    CHECK(dump(*s, Table::xattr, "a", "a1") == "a2=va2 a3=va3 ");
    CHECK(dump(*s, Table::xattr, "b") == "b=vb b1=vb1 ");
    CHECK(dump(*s, Table::xattr, "b", "b") == "b1=vb1 ");
    CHECK(dump(*s, Table::xattr, "zz").empty());
    CHECK(dump(*s, Table::content) == "a9=other table ");
    auto edit = [](MetadataTxn& t) {
      t.put_row(Table::xattr, "a2", "new");
      t.erase_row(Table::xattr, "a1");
      t.erase_row(Table::xattr, "never there");
      CHECK(*t.row(Table::xattr, "a2") == "new");
      CHECK(t.row(Table::xattr, "empty")->empty());
      CHECK(*t.row(Table::xattr, std::string_view("\0\xff", 2)) == std::string_view("\0", 1));
      CHECK(t.row(Table::xattr, "a1").error() == FsError::not_found);
      return FsError::ok;
    };
    REQUIRE(update(*s, edit) == FsError::ok);
    CHECK(dump(*s, Table::xattr, "a") == "a2=new a3=va3 ");
  }
  SECTION("a visitor ends the scan by false") {
    auto put = [](MetadataTxn& t) {
      for (char c = 'a'; c < 'f'; ++c) t.put_row(Table::server, std::string(1, c), "");
      int seen = 0;
      CHECK(t.rows(Table::server, {}, {}, [&](auto, auto) { return ++seen < 2; }) == FsError::ok);
      CHECK(seen == 2);
      return FsError::ok;
    };
    REQUIRE(update(*s, put) == FsError::ok);
  }
  SECTION("a value of 64 KiB") {
    std::string big(65536, 'x');
    REQUIRE(update(*s, [&](MetadataTxn& t) {
              t.put_row(Table::content, "k", big);
              return FsError::ok;
            }) == FsError::ok);
    CHECK(dump(*s, Table::content) == "k=" + big + " ");
  }
}

}  // namespace dfs::fs::contract
