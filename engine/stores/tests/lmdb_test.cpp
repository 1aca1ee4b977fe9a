#include <lmdb.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "engine/stores/lmdb/verify.h"
#include "engine/stores/tests/lmdb_world.h"

namespace dfs::stores {
namespace {

using namespace fs;
using fs::contract::wait;
using Table = MetadataView::Table;

LmdbOptions trusting() {  // what is in the database is believed until it is read
  LmdbOptions options = small_lmdb();
  options.verify = false;
  return options;
}
std::string open_error(const std::string& folder, LmdbOptions options = small_lmdb()) {
  auto opened = LmdbMetadata::open(folder, options);
  REQUIRE_FALSE(opened.has_value());
  return opened.error();
}

// Opens the database as any LMDB program would.
template <class F>
void with_database(const std::string& folder, F change) {
  MDB_env* env;
  MDB_txn* txn;
  MDB_dbi table;
  REQUIRE(mdb_env_create(&env) == 0);
  REQUIRE(mdb_env_open(env, folder.c_str(), 0, 0600) == 0);
  REQUIRE(mdb_txn_begin(env, nullptr, 0, &txn) == 0);
  REQUIRE(mdb_dbi_open(txn, nullptr, 0, &table) == 0);
  change(txn, table);
  REQUIRE(mdb_txn_commit(txn) == 0);
  mdb_env_close(env);
}

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void spill(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace

DFS_METADATA_CONTRACT("lmdb", lmdb_stores)

TEST_CASE("opening a metadata store that is not to be opened says why") {
  TempFolder folder;
  std::string path = folder.path() + "/m";
  SECTION("in use") {
    auto store = open_ok(path);
    CHECK(open_error(path).find("is in use by process") != std::string::npos);
    store.reset();
    open_ok(path);
  }
  SECTION("no place for it") {
    CHECK(open_error("/proc/nowhere/m").find("cannot make the folder") != std::string::npos);
  }
  SECTION("another program's database") {
    std::filesystem::create_directory(path);
    with_database(path, [](MDB_txn* txn, MDB_dbi table) {
      MDB_val k{3, const_cast<char*>("key")}, v{5, const_cast<char*>("value")};
      REQUIRE(mdb_put(txn, table, &k, &v, 0) == 0);
    });
    CHECK(open_error(path).find("is a database of another program") != std::string::npos);
  }
  SECTION("a newer format") {
    open_ok(path)->close();
    with_database(path, [](MDB_txn* txn, MDB_dbi table) {
      std::string value = "DittoFS metadata" + lmdb::encode_number(lmdb::kFormatVersion + 1);
      REQUIRE(lmdb::put_checked(txn, table, lmdb::Key::meta("format"), value) == 0);
    });
    CHECK(open_error(path).find("has format 3; this program knows formats up to 2") != std::string::npos);
  }
  SECTION("not a database") {
    std::filesystem::create_directory(path);
    spill(path + "/data.mdb", std::string(100000, 'x'));
    CHECK(open_error(path).find("is damaged: its database has no first page of LMDB") != std::string::npos);
    CHECK(open_error(path, trusting()).find("cannot open the database") != std::string::npos);
  }
  SECTION("cut short") {
    {
      auto store = open_ok(path);
      for (int i = 0; i < 100; ++i) put(*store, "k" + std::to_string(i), std::string(2000, 'v'));
      store->close();
    }
    std::filesystem::resize_file(path + "/data.mdb", 65536);
    CHECK(open_error(path).find("is damaged: its database has 65536 bytes where its last commit needs") !=
          std::string::npos);
    CHECK(open_error(path, trusting()).find("is damaged: it has 65536 bytes") != std::string::npos);
  }
  SECTION("damaged counters") {
    open_ok(path)->close();
    with_database(path, [](MDB_txn* txn, MDB_dbi table) {
      MDB_val k{7, const_cast<char*>("minodes")};
      REQUIRE(mdb_del(txn, table, &k, nullptr) == 0);
    });
    CHECK(open_error(path).find("is damaged: its counters cannot be read") != std::string::npos);
  }
}

TEST_CASE("pages at the end that nobody needs may be missing") {
  TempFolder folder;
  const std::string path = folder.path() + "/m", file = path + "/data.mdb", whole = folder.path() + "/whole";
  int found = 0;
  for (int round = 0; round < 20 && found == 0; ++round) {
    for (const std::string& value : {std::string(2000, 'v'), std::string("small")}) {
      auto store = open_ok(path);
      for (int i = 0; i < 100; ++i) put(*store, "k" + std::to_string(i), value);
      store->close();
    }
    std::filesystem::copy_file(file, whole, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 4096);
    for (auto& options : {LmdbOptions{}, trusting()}) {
      auto cut = LmdbMetadata::open(path, options);
      if (!cut) continue;
      ++found;
      for (int i = 0; i < 100; ++i) CHECK(get(**cut, "k" + std::to_string(i)) == "small");
    }
    std::filesystem::copy_file(whole, file, std::filesystem::copy_options::overwrite_existing);
  }
  CHECK(found == 2);  // both ways of opening have the same opinion
}

TEST_CASE("a flipped bit anywhere in the database is refused, or changes nothing") {
  TempFolder folder;
  std::string file = folder.path() + "/data.mdb";
  auto dump = [](LmdbMetadata& store) {
    std::string all;
    auto look = [&](MetadataView& v) {
      FsError e = v.inodes(FileId(0), [&](const Inode& n) {
        all += std::to_string(n.id.value) + " " + std::to_string(n.size) + "\n";
        return true;
      });
      CHECK(e == FsError::ok);
      e = v.scan(kRootId, 0, false, [&](std::string_view name, const Dirent& entry, const Inode*) {
        all.append(name) += " " + std::to_string(entry.cookie) + "\n";
        CHECK(v.lookup(kRootId, name)->id == entry.id);
        return true;
      });
      CHECK(e == FsError::ok);
      for (auto table : {Table::server, Table::content}) {
        e = v.rows(table, {}, {}, [&](std::string_view key, std::string_view value) {
          all.append(key).append(value);
          return true;
        });
        CHECK(e == FsError::ok);
      }
      return FsError::ok;
    };
    REQUIRE(wait(store.read(look)) == FsError::ok);
    return all;
  };
  std::string before;
  {
    // Several commits, so that there are free pages; values of more than a page; a tree of two levels.
    auto store = open_ok(folder.path());
    for (u64 i = 0; i < 5; ++i) {
      auto fn = [&](MetadataTxn& t) {
        for (u64 k = 0; k < 40; ++k) {
          Inode n{};
          n.id = t.new_id();
          n.type = FileType::regular;
          t.put_inode(n);
          t.put_dirent(kRootId, "entry " + std::to_string(i * 40 + k), {i * 40 + k + 3, n.id, n.type});
          if (k % 2 == 0) t.erase_inode(FileId(n.id.value - 10));
        }
        t.put_row(Table::server, "large", std::string(9000, static_cast<char>('a' + i)));
        return FsError::ok;
      };
      CommitSeq seq;
      REQUIRE(wait(store->update(fn, &seq)) == FsError::ok);
      REQUIRE(wait(store->wait_durable(seq)) == FsError::ok);
    }
    before = dump(*store);
    REQUIRE(store->close() == FsError::ok);
  }
  const std::string good = slurp(file);
  REQUIRE(lmdb::verify_database(file) == "");
  size_t refused = 0, harmless = 0;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr size_t kDense = 16, kSparse = 1009;  // an open store costs 20 times as much
#else
  constexpr size_t kDense = 1, kSparse = 67;
#endif
  for (size_t at = 0; at < good.size(); at += at < 8192 && at % 4096 < 160 ? kDense : kSparse) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 1 << at % 8);
    spill(file, bytes);
    INFO("byte " << at % 4096 << " of page " << at / 4096);
    auto opened = LmdbMetadata::open(folder.path(), small_lmdb());
    refused += !opened.has_value();
    if (!opened) continue;
    ++harmless;
    CHECK(dump(**opened) == before);
    spill(file, good);  // the old pages of LMDB stay in use until it is closed
  }
  CHECK(refused > 400 / kDense);
  CHECK(harmless > 100 / kDense);
}

TEST_CASE("a store of format 1 is read as it is, and is one of format 2 from then on") {
  TempFolder folder;
  Inode plain{}, listed{};
  plain.id = kRootId;
  plain.type = listed.type = FileType::directory;
  listed.id = FileId(3);
  listed.has_acl = true;
  auto put = [&](LmdbMetadata& store, const Inode& node) {
    auto fn = [&](MetadataTxn& t) {
      t.put_inode(node);
      return FsError::ok;
    };
    REQUIRE(wait(store.update(fn)) == FsError::ok);
    REQUIRE(store.close() == FsError::ok);
  };
  auto format = [&](u64 expected) {
    with_database(folder.path(), [&](MDB_txn* txn, MDB_dbi table) {
      std::string key(lmdb::Key::meta("format").view());
      MDB_val k{key.size(), key.data()}, v;
      REQUIRE(mdb_get(txn, table, &k, &v) == 0);
      std::string value(static_cast<const char*>(v.mv_data), v.mv_size - sizeof(u32));
      CHECK(value == "DittoFS metadata" + lmdb::encode_number(expected));
    });
  };
  put(*open_ok(folder.path()), plain);
  // What format 1 wrote: the row of an inode has had its first layout ever since.
  CHECK(lmdb::encode_inode(plain)[0] == 1);
  CHECK(lmdb::encode_inode(listed)[0] == 2);
  with_database(folder.path(), [](MDB_txn* txn, MDB_dbi table) {
    std::string value = "DittoFS metadata" + lmdb::encode_number(1);
    REQUIRE(lmdb::put_checked(txn, table, lmdb::Key::meta("format"), value) == 0);
  });
  format(1);
  auto store = open_ok(folder.path());
  auto look = [&](MetadataView& v) {
    auto node = v.inode(kRootId);
    REQUIRE(node.has_value());
    CHECK_FALSE(node->has_acl);
    CHECK(v.inode_count() == 1);
    return FsError::ok;
  };
  REQUIRE(wait(store->read(look)) == FsError::ok);
  put(*store, listed);
  store.reset();
  format(2);
  store = open_ok(folder.path());
  auto again = [&](MetadataView& v) {
    CHECK(v.inode(FileId(3))->has_acl);
    CHECK(v.inode_count() == 2);
    return FsError::ok;
  };
  REQUIRE(wait(store->read(again)) == FsError::ok);
}

TEST_CASE("a damaged row is corrupt, never served") {
  TempFolder folder;
  Inode inode{};
  inode.id = kRootId;
  inode.type = FileType::regular;
  inode.create_verifier = 0x5a5a5a5a13579bdf;  // to be found in the file
  {
    auto store = open_ok(folder.path());
    auto fn = [&](MetadataTxn& t) {
      t.put_inode(inode);
      t.put_row(Table::server, "row", "some value to be damaged");
      t.put_dirent(FileId(2), "named-entry", {3, inode.id, FileType::regular});
      return FsError::ok;
    };
    REQUIRE(wait(store->update(fn)) == FsError::ok);
    REQUIRE(store->close() == FsError::ok);
  }
  std::string file = folder.path() + "/data.mdb", bytes = slurp(file);
  auto flip = [&](std::string_view what) {
    size_t n = 0;
    for (size_t at = bytes.find(what); at != bytes.npos; at = bytes.find(what, at + 1), ++n) bytes[at] ^= 1;
    REQUIRE(n > 0);
  };
  flip(std::string("\xdf\x9b\x57\x13\x5a\x5a\x5a\x5a", 8));
  flip("some value");
  flip("named-entry");
  spill(file, bytes);
  CHECK(open_error(folder.path()).find("is damaged: its database has a row of kind") != std::string::npos);
  auto store = open_ok(folder.path(), trusting());
  auto look = [&](MetadataView& v) {
    CHECK(v.inode(inode.id).error() == FsError::corrupt);
    CHECK(v.row(Table::server, "row").error() == FsError::corrupt);
    auto ignore = [](auto&&...) { return true; };
    CHECK(v.scan(FileId(2), 0, false, ignore) == FsError::corrupt);
    CHECK(v.rows(Table::server, {}, {}, ignore) == FsError::corrupt);
    CHECK(v.inodes(FileId(0), ignore) == FsError::corrupt);
    return FsError::ok;
  };
  CHECK(wait(store->read(look)) == FsError::ok);
  auto change = [&](MetadataTxn& t) {
    t.put_inode(inode);
    return FsError::ok;
  };
  CHECK(wait(store->update(change)) == FsError::corrupt);
}

}  // namespace dfs::stores
