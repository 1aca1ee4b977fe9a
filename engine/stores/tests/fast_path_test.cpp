#include <catch2/catch.hpp>

#include "engine/fs/store_contract/world.h"
#include "engine/stores/tests/fixtures.h"

// A store that answers at once costs no coroutine frame. What a call costs is benchmarks/micro's business.
namespace dfs::stores {
namespace {

using namespace fs;
using namespace fs::contract;

void ready_calls(const StoreFactory& make) {
  World w(make);
  w.create(w.root(), "f");
  NodeRef f = ref(w.lookup(w.root(), "f").node);
  w.write(f, 0, std::string(8192, 'x'));
  w.tick();
  CHECK(w.fs().getattr(f).ready());
  CHECK(w.fs().access(w.who, f, 0x3f).ready());
  CHECK(w.fs().lookup(w.who, w.root(), "f").ready());
  CHECK(w.fs().read(w.who, f, 0, 4096, IoCheck::strict).ready());
  CHECK(w.fs().write(w.who, f, 0, bytes("x"), Stable::unstable, IoCheck::strict).ready());
  auto visit = [](std::string_view, const Dirent&, const Inode*) { return true; };
  CHECK(w.fs().readdir(w.who, w.root(), 0, true, visit).ready());
}

}  // namespace

TEST_CASE("the usual calls on stores that answer at once need no coroutine") {
  ready_calls(memory_stores);
  ready_calls(lmdb_stores);
}

}  // namespace dfs::stores
