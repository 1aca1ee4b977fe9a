#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "engine/fs/check.h"
#include "engine/fs/store_contract/world.h"
#include "engine/stores/tests/fixtures.h"

namespace dfs::stores {
namespace {

using namespace fs;
using namespace fs::contract;
namespace stdfs = std::filesystem;
using Table = MetadataView::Table;

// A world on LMDB and files without housekeeping, and a look into its folder.
struct Files {
  explicit Files(bool on_disk = false)
      : w([&] {
          auto made = std::make_unique<DurableFixture>(false, on_disk);
          stores = made.get();
          return made;
        }) {}
  DurableFixture* stores = nullptr;
  World w;

  NodeRef file(std::string_view name, std::string_view data) {
    NodeRef f = ref(w.create(w.root(), name).node);
    REQUIRE(w.write(f, 0, data).error == FsError::ok);
    return f;
  }
  void tidy() { stores->files().tidy(std::chrono::milliseconds(0)); }
  std::vector<stdfs::path> list(const char* part) const {
    std::vector<stdfs::path> out;
    for (auto& e : stdfs::recursive_directory_iterator(stores->path() + "/content/" + part))
      if (e.is_regular_file()) out.push_back(e.path());
    return out;
  }
  u64 blocks(const char* part) const {  // bytes on disk
    u64 n = 0;
    for (auto& p : list(part)) {
      struct stat st;
      REQUIRE(::stat(p.c_str(), &st) == 0);
      n += static_cast<u64>(st.st_blocks) * 512;
    }
    return n;
  }
  FsError read_error(NodeRef f) { return w.read(f, 0, 100).error; }
};

std::string noise(u64 seed, size_t n) {
  Random random(seed);
  std::string s(n, '\0');
  random.fill(s.data(), n);
  return s;
}

}  // namespace

DFS_CONTENT_CONTRACT("durable", durable_stores)
DFS_FILE_SYSTEM_CONTRACT("durable", durable_stores)
DFS_CONTENT_CONTRACT("sealing", sealing_stores)
DFS_FILE_SYSTEM_CONTRACT("sealing", sealing_stores)

TEST_CASE("files at rest are sealed, and equal chunks are stored once") {
  Files t;
  std::string data = noise(1, 600000);
  NodeRef a = t.file("a", data), b = t.file("b", data);
  CHECK(t.list("staging").size() == 2);
  t.tidy();
  CHECK(t.list("staging").empty());
  CHECK(t.list("chunks").size() == 3);
  CHECK(t.w.text(a) == data);
  CHECK(t.w.text(b) == data);
  CHECK(t.w.get(a).space_used == data.size());
  SECTION("a write stages only what it writes") {
    t.w.write(a, 300000, "changed");
    CHECK(t.list("staging").size() == 1);
    data.replace(300000, 7, "changed");
    CHECK(t.w.text(a) == data);
    t.tidy();
    CHECK(t.list("chunks").size() == 4);
    t.w.restart();
    CHECK(t.w.text(a) == data);
  }
  SECTION("a chunk goes with the last file that names it") {
    t.w.remove(t.w.root(), "a");
    t.tidy();
    CHECK(t.list("chunks").size() == 3);
    CHECK(t.w.text(b) == data);
    t.w.setattr(b, with_size(300000));
    t.tidy();
    CHECK(t.list("chunks").size() == 2);
    t.w.remove(t.w.root(), "b");
    t.tidy();
    CHECK(t.list("chunks").empty());
  }
  SECTION("sparse files are sealed as they are") {
    NodeRef s = ref(t.w.create(t.w.root(), "s").node);
    t.w.write(s, 10, "abc");
    t.w.write(s, 1000, "def");
    t.w.write(s, kMaxFileSize - 3, "end");
    t.tidy();
    CHECK(t.w.get(s).space_used == 9);
    CHECK(flatten(t.w.read(s, 8, 1000).data) ==
          std::string(2, '\0') + "abc" + std::string(987, '\0') + "def" + std::string(5, '\0'));
    CHECK(flatten(t.w.read(s, kMaxFileSize - 4, 10).data) == std::string("\0end", 4));
  }
}

TEST_CASE("data is deleted only when its removal is durable") {
  Files t;
  NodeRef f = t.file("f", noise(2, 300000));
  std::string data = t.w.text(f);
  Inode node = t.w.get(f);
  auto remove = [&](MetadataTxn& txn) {
    Inode root = *txn.inode(kRootId);
    --root.entries;
    txn.put_inode(root);
    txn.erase_dirent(kRootId, "f");
    txn.erase_inode(f.id);
    return t.stores->content().remove(txn, node);
  };
  REQUIRE(wait(t.stores->metadata().update(remove)) == FsError::ok);
  CHECK(t.list("staging").size() == 1);
  SECTION("a power cut brings the file back whole") {
    t.w.crash();
    CHECK(t.w.text(f) == data);
  }
  SECTION("housekeeping waits for the commit") {
    t.tidy();
    CHECK(t.list("staging").empty());
    t.w.crash();
    CHECK(t.w.error_of(f) == FsError::stale);
  }
  SECTION("a crash does not make it forget what is to be deleted") {
    REQUIRE(wait(t.stores->metadata().wait_durable(t.stores->metadata().last_seq())) == FsError::ok);
    t.w.crash();
    CHECK(t.list("staging").size() == 1);
    t.tidy();
    CHECK(t.list("staging").empty());
  }
}

TEST_CASE("space of what was cut off is given back") {
  Files t(true);
  NodeRef f = t.file("f", noise(3, 1u << 20));
  u64 before = t.blocks("staging");
  t.w.setattr(f, with_size(100000));
  t.tidy();
  CHECK(t.blocks("staging") + t.blocks("chunks") <= before / 4);
  CHECK(t.w.text(f) == noise(3, 1u << 20).substr(0, 100000));
}

TEST_CASE("a slot that was cut off is not given out again before it is punched") {
  Files t;
  NodeRef f = t.file("f", noise(7, 600000));
  SECTION("of a file that this run has not read or written yet") {
    t.w.restart();
    t.w.setattr(f, with_size(0));
    t.w.write(f, 0, noise(8, 600000));
    t.tidy();
    CHECK((t.w.text(f) == noise(8, 600000)));
  }
  SECTION("while a write that used it waits for its commit") {
    std::atomic<bool> stuck{true};
    t.stores->metadata().set_commit_barrier([&] {
      while (stuck) std::this_thread::yield();
      return t.stores->content().sync();
    });
    u64 change = t.w.get(f).change;
    auto until_changed = [&] {
      while (t.w.get(f).change == change) std::this_thread::yield();
      change = t.w.get(f).change;
    };
    std::thread writer([&] { t.w.write(f, 0, noise(9, 1000)); });
    until_changed();
    std::thread cutter([&] { t.w.setattr(f, with_size(0)); });
    until_changed();
    CHECK(t.w.write(f, 0, noise(10, 1000), Stable::unstable).error == FsError::ok);
    stuck = false;
    writer.join();
    cutter.join();
    t.tidy();
    CHECK((t.w.text(f) == noise(10, 1000)));
    t.stores->metadata().set_commit_barrier([&] { return t.stores->content().sync(); });
  }
}

TEST_CASE("what a commit would have to ask a content store that is gone is not committed") {
  TempFolder folder;
  Workers workers{2};
  ManualClock clock;
  Random random{1};
  auto metadata = LmdbMetadata::open(folder.path() + "/metadata", small_lmdb());
  REQUIRE(metadata.has_value());
  auto content = FileContent::open(folder.path() + "/content", **metadata, workers, {});
  REQUIRE(content.has_value());
  REQUIRE(wait(FileSystem::open(**metadata, **content, clock, random, {})).has_value());
  content->reset();
  CommitSeq seq = 0;
  const auto change = [](MetadataTxn& txn) {
    txn.put_row(Table::server, "key", "value");
    return FsError::ok;
  };
  REQUIRE(wait((*metadata)->update(change, &seq)) == FsError::ok);
  CHECK(wait((*metadata)->wait_durable(seq)) == FsError::io);
}

TEST_CASE("bytes in the page cache are read without leaving the thread") {
  Files t(true);  // a file system in memory may not tell what it has
  NodeRef f = t.file("f", noise(4, 500000));
  CHECK(t.w.text(f) == noise(4, 500000));
  CHECK(t.w.fs().read(t.w.who, f, 4096, 65536, IoCheck::strict).ready());
  t.tidy();
  CHECK(t.w.text(f) == noise(4, 500000));
  CHECK(t.w.fs().read(t.w.who, f, 4096, 65536, IoCheck::strict).ready());
}

TEST_CASE("what a crash left behind is swept") {
  Files t;
  NodeRef f = t.file("f", noise(5, 1000));
  t.w.restart();  // only what an earlier run made is left over
  std::string content = t.stores->path() + "/content";
  stdfs::create_directories(content + "/chunks/ab");
  stdfs::create_directories(content + "/staging/03");
  std::string hash(62, '0');
  for (std::string left :
       {"/chunks/ab/ab" + hash, "/chunks/ab/ab" + hash + ".new", std::string("/staging/03/0000000000000003")})
    std::ofstream(content + left) << "left";
  CHECK(t.w.findings().find("leftover: 0 the file") != std::string::npos);
  t.tidy();
  CHECK(t.w.findings() == "");
  CHECK(t.w.text(f) == noise(5, 1000));
}

TEST_CASE("damage is reported as damage, by reads and by the check") {
  Files t;
  t.w.leave_damaged();
  NodeRef f = t.file("f", noise(6, 300000)), intact = t.file("intact", "intact");
  auto expect = [&](const char* finding) {
    CHECK(t.read_error(f) == FsError::corrupt);
    CHECK(t.w.text(intact) == "intact");
    std::string found = t.w.findings();
    INFO(found);
    CHECK(found.find(finding) != found.npos);
  };
  std::string staging = t.list("staging")[0].string();
  for (auto& p : t.list("staging"))
    if (stdfs::file_size(p) > 1000) staging = p.string();
  SECTION("a staging file is missing") {
    stdfs::remove(staging);
    t.w.restart();
    expect("its staging file cannot be opened");
  }
  SECTION("a staging file is short") {
    stdfs::resize_file(staging, 50);
    expect("its staging file has 50 bytes");
  }
  SECTION("a row of the map is missing") {
    auto erase = [&](MetadataTxn& txn) {
      txn.erase_row(Table::content, rows::map_key(f.id, 0));
      return FsError::ok;
    };
    REQUIRE(wait(t.stores->metadata().update(erase)) == FsError::ok);
    t.w.restart();
    expect("its map has 37856 bytes where its inode says 300000");
  }
  SECTION("a row of the map is not one") {
    auto spoil = [&](MetadataTxn& txn) {
      txn.put_row(Table::content, rows::map_key(f.id, 0), "what?");
      return FsError::ok;
    };
    REQUIRE(wait(t.stores->metadata().update(spoil)) == FsError::ok);
    expect("its map cannot be read");
  }
  SECTION("a chunk file is missing, short, or has other bytes") {
    t.tidy();
    t.w.restart();
    std::string chunk;
    for (auto& p : t.list("chunks"))
      if (stdfs::file_size(p) == kFileChunk) chunk = p.string();
    SECTION("missing") {
      stdfs::remove(chunk);
      expect("cannot be opened: not_found");
    }
    SECTION("short") {
      stdfs::resize_file(chunk, 50);
      expect("has 50 bytes where 262144 are named");
    }
    SECTION("other") {
      std::fstream(chunk, std::ios::in | std::ios::out) << "x";
      expect("has other bytes than its name says");
    }
  }
}

TEST_CASE("opening a content store that is not to be opened says why") {
  TempFolder folder;
  Random random(1);
  Workers workers(1);
  MemoryMetadata metadata(random), other(random);
  std::string path = folder.path() + "/c";
  auto open = [&](MetadataStore& m) { return FileContent::open(path, m, workers, {}); };
  auto error = [&](MetadataStore& m) {
    auto opened = open(m);
    REQUIRE_FALSE(opened.has_value());
    return opened.error();
  };
  SECTION("in use") {
    auto store = open(metadata);
    REQUIRE(store.has_value());
    CHECK(error(metadata).find("is in use by process") != std::string::npos);
  }
  SECTION("of another metadata store") {
    REQUIRE(open(metadata).has_value());
    stdfs::rename(path, path + ".away");
    CHECK(error(metadata).find("does not belong to this metadata store") != std::string::npos);
  }
  SECTION("damaged or newer") {
    REQUIRE(open(metadata).has_value());
    SECTION("no FORMAT") {
      stdfs::remove(path + "/FORMAT");
      SECTION("an empty folder is one whose making was cut short, but not this store's") {
        CHECK(error(metadata).find("does not belong to this metadata store") != std::string::npos);
      }
      SECTION("with data in it") {
        stdfs::create_directory(path + "/staging/03");
        std::ofstream(path + "/staging/03/0000000000000003") << "data";
        CHECK(error(metadata).find("its FORMAT is missing") != std::string::npos);
      }
    }
    SECTION("nonsense") {
      std::ofstream(path + "/FORMAT") << "nonsense";
      CHECK(error(metadata).find("its FORMAT cannot be read") != std::string::npos);
    }
    SECTION("newer") {
      std::ofstream(path + "/FORMAT") << "DittoFS content 2 abc\n";
      CHECK(error(metadata).find("has format 2; this program knows formats up to 1") != std::string::npos);
    }
    SECTION("a part is missing") {
      stdfs::remove_all(path + "/chunks");
      CHECK(error(metadata).find("/chunks is missing") != std::string::npos);
    }
  }
}

}  // namespace dfs::stores
