#include "protocols/nfs4/state/directory_watch.h"

#include <catch2/catch.hpp>

#include "engine/state/claimed_files.h"

using namespace dfs;
using namespace dfs::nfs4;

namespace {

const fs::FileSystem* const kVolume = reinterpret_cast<const fs::FileSystem*>(0x1000);

fs::NodeRef node(u64 id) { return {fs::FileId{id}, 1}; }

struct Watched {
  state::ClaimedFiles files;
  DirectoryWatch watch{files.pin({kVolume, fs::FileId{7}})};

  Watched() {
    watch.told = watch.begun = 10;
    watch.known = true;
  }
  void happens(u64 before, u64 after, std::string name) {
    DirectoryNews n;
    n.kind = DirectoryNews::Kind::added;
    n.before = before;
    n.after = after;
    n.name = std::move(name);
    watch.news.push_back(std::move(n));
  }
  std::string told(bool changing, bool in_time = true) {
    std::vector<DirectoryNews> out;
    CHECK(watch.take_ready(changing, &out) == in_time);
    std::string names;
    for (const DirectoryNews& n : out) names += n.name;
    return names;
  }
};

}  // namespace

TEST_CASE("news of a directory are told in the order of its change attribute, however they are heard") {
  Watched w;
  w.happens(12, 13, "c");
  w.happens(10, 11, "a");
  w.happens(11, 12, "b");
  CHECK(w.told(true) == "abc");
  CHECK(w.watch.told == 13);
  CHECK(w.watch.news.empty());
}

TEST_CASE("while a change is under way what may come behind it waits; when none is, nothing does") {
  Watched w;
  w.happens(11, 12, "b");
  w.happens(12, 13, "c");
  CHECK(w.told(true).empty());
  CHECK(w.watch.news.size() == 2);
  w.happens(10, 11, "a");
  CHECK(w.told(true) == "abc");
  w.happens(15, 16, "e");
  CHECK(w.told(true).empty());
  CHECK(w.told(false) == "e");
}

TEST_CASE("what a client has seen when it began to listen is no news; what comes too late is missed") {
  Watched w;
  w.happens(8, 9, "x");
  w.happens(9, 10, "y");
  CHECK(w.told(false).empty());
  w.happens(12, 13, "c");
  CHECK(w.told(false) == "c");
  w.happens(11, 12, "b");
  CHECK(w.told(false, false).empty());
}

TEST_CASE("news of children wait for nothing") {
  Watched w;
  w.happens(11, 12, "b");
  DirectoryNews child;
  child.kind = DirectoryNews::Kind::child;
  child.name = "!";
  w.watch.news.push_back(child);
  CHECK(w.told(true) == "!");
}

TEST_CASE("a listing: entries by name, by cookie, and all names of an object") {
  DirectoryListing list;
  CHECK_FALSE(list.last());
  list.add("a", node(1), 3);
  list.add("b", node(2), 4);
  list.add("c", node(1), 5);
  REQUIRE(list.last());
  CHECK(list.last()->name == "c");
  std::string names;
  list.each(fs::FileId{1}, [&](const DirectoryListing::Entry& e) { names += e.name; });
  CHECK((names == "ac" || names == "ca"));
  const auto gone = list.remove("a");
  REQUIRE(gone);
  CHECK(gone->cookie == 3);
  CHECK(list.has(fs::FileId{1}));
  CHECK_FALSE(list.remove("a"));
  list.remove("c");
  CHECK_FALSE(list.has(fs::FileId{1}));
  CHECK(list.last()->name == "b");
  CHECK(list.size() == 1);
}
