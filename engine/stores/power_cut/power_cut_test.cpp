#include <catch2/catch.hpp>

#include "engine/fs/check.h"
#include "engine/fs/store_contract/workload.h"
#include "engine/stores/power_cut/disk.h"
#include "engine/stores/power_cut/stores_at.h"
#include "engine/stores/power_cut/tree_state.h"

// The power goes at every single operation on the disk that a workload makes, and what nobody had synced is
// lost, kept or torn. docs/durability.md says what must be there then.
namespace dfs::power_cut {
namespace {

using namespace fs;
using namespace fs::contract;
using stores::TempFolder;

NodeRef find(World& w, std::string_view dir, std::string_view name) {
  return ref(w.lookup(ref(w.lookup(w.root(), dir).node), name).node);
}

// A step of the scenario; false when its change is answered before it is durable.
using Step = std::function<bool(Machine&)>;

std::vector<Step> scenario() {
  std::vector<Step> steps;
  auto housekeeping = [](Machine& m) {
    m.stores->tidy();
    return true;
  };
  auto unstable = [](u64 offset, size_t n, char c) {
    return [=](Machine& m) {
      CHECK(m.w.write(find(m.w, "b", "g"), offset, std::string(n, c), Stable::unstable).error == FsError::ok);
      return false;
    };
  };
  for (size_t i = 0; i < Workload::steps(); ++i) {
    steps.push_back([i](Machine& m) {
      CHECK(Workload::run(m.w, i) == FsError::ok);
      return true;
    });
    if (i % 4 == 3) steps.push_back(housekeeping);
    if (i == 10) {  // b/g is there, half of it sealed
      steps.push_back(unstable(200, 3000, 'u'));
      steps.push_back(unstable(305000, 9000, 'v'));
      steps.push_back([](Machine& m) {
        CHECK(wait(m.w.fs().commit(m.w.who, find(m.w, "b", "g"), IoCheck::owner_override)).error ==
              FsError::ok);
        return true;
      });
      steps.push_back(unstable(100, 500, 'x'));
      steps.push_back(housekeeping);
    }
  }
  return steps;
}

// One run: what the disk was told, and the state after each step. State 0 is that of a new store.
struct Recorded {
  std::vector<Op> log;
  std::vector<TreeState> states;

  static u64 promise(u64 durable, u64 newest) { return durable << 32 | newest; }

  Recorded() {
    TempFolder folder;
    Recorder recorder(folder.path());
    Machine m(folder.path());
    u64 durable = 0;
    states.push_back(TreeState::of(m.w));
    recorder.mark(promise(0, 0));
    for (const Step& step : scenario()) {
      bool lasting = step(m);
      states.push_back(TreeState::of(m.w));
      if (lasting) durable = states.size() - 1;
      recorder.mark(promise(durable, states.size() - 1));
    }
    log = recorder.take();
  }
};

// Starts on what the disk holds; everything promised must be there, and nothing half.
void start_on(const Disk& disk, Survives how, Random& random, const std::vector<const TreeState*>& allowed) {
  TempFolder image;
  disk.leave(image.path(), how, random);
  Machine m(image.path());
  m.w.leave_damaged();  // checked here, with what it may leave behind
  auto sound = [&] {
    std::string found;
    for (const Finding& f : wait(check(m.stores->metadata(), m.stores->content(), true)))
      if (f.severity == Finding::Severity::damage) found += f.text + "\n";
    return found;
  };
  CHECK(sound() == "");
  CHECK(judge(TreeState::of(m.w), allowed) == "");
  m.stores->tidy();
  CHECK(sound() == "");
  CHECK(judge(TreeState::of(m.w), allowed) == "");
  CHECK(m.w.create(m.w.root(), "goes on").error == FsError::ok);
}

void cut_power_everywhere(const std::vector<Survives>& hows, u64 seeds) {
  Recorded run;
  REQUIRE(run.log.size() > 300);
  Disk disk;
  u64 durable = 0, newest = 0;
  TreeState empty;
  for (size_t at = 0; at < run.log.size(); ++at) {
    const Op& op = run.log[at];
    disk.take(op);
    if (op.kind == Op::mark) {
      durable = op.offset >> 32;
      newest = op.offset & 0xffffffff;
      continue;
    }
    std::vector<const TreeState*> allowed;
    for (u64 s = durable; s <= std::min<u64>(newest + 1, run.states.size() - 1); ++s)
      allowed.push_back(&run.states[s]);
    Survives how = hows[at % hows.size()];
    for (u64 seed = 0; seed < (how == Survives::some ? seeds : 1); ++seed) {
      INFO("after operation " << at << " of " << run.log.size() << ", step " << newest << ", seed " << seed
                              << ", "
                              << (how == Survives::nothing ? "nothing"
                                  : how == Survives::some  ? "some"
                                                           : "all")
                              << " of what is not synced survives");
      Random random(at * 1000 + seed);
      start_on(disk, how, random, allowed);
    }
  }
}

}  // namespace

TEST_CASE("a power cut at any operation on the disk loses nothing that was promised") {
  cut_power_everywhere({Survives::nothing, Survives::some, Survives::some}, 1);
}

TEST_CASE("every power cut, with many disks", "[.exhaustive]") {
  for (Survives how : {Survives::nothing, Survives::everything, Survives::some})
    cut_power_everywhere({how}, 20);
}

}  // namespace dfs::power_cut
