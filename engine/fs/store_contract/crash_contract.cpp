#include <catch2/catch.hpp>

#include "engine/fs/fault_store.h"
#include "engine/fs/store_contract/workload.h"

namespace dfs::fs::contract {
namespace {

// A power cut at the n-th commit: before it, or after it but before anybody hears of it.
class CrashingMetadata final : public MetadataStore {
 public:
  enum class When { before_commit, before_answer };
  explicit CrashingMetadata(StoreFixture& stores) : stores_(stores) {}
  void arm(When when, int nth) {
    when_ = when;
    left_ = nth;
  }
  bool happened() const { return happened_; }

  const char* kind() const override { return "crashing"; }
  Async<FsError> read(ReadFn fn) override { return stores_.metadata().read(fn); }
  Async<FsError> update(UpdateFn fn, CommitSeq* seq) override { return stores_.metadata().update(fn, seq); }
  Async<FsError> wait_durable(CommitSeq seq) override {
    FsError e = wait(stores_.metadata().wait_durable(seq));
    if (e == FsError::ok && due(When::before_answer)) e = cut();
    return e;
  }
  CommitSeq last_seq() const override { return stores_.metadata().last_seq(); }
  bool durable() const override { return true; }
  void set_commit_barrier(UniqueFunction<FsError()> barrier) override {
    stores_.metadata().set_commit_barrier([this, barrier = std::move(barrier)]() mutable {
      if (due(When::before_commit)) return cut();
      return barrier ? barrier() : FsError::ok;
    });
  }
  void crash() override { stores_.metadata().crash(); }
  FsError close() override { return stores_.metadata().close(); }

 private:
  bool due(When when) { return when_ == when && --left_ == 0; }
  FsError cut() {
    happened_ = true;
    stores_.metadata().crash();  // the content store follows when the world notices
    return FsError::io;
  }
  StoreFixture& stores_;
  std::atomic<When> when_{When::before_commit};
  std::atomic<int> left_{0};
  std::atomic<bool> happened_{false};
};

// Stores that crash until they are opened again, and are whole afterwards.
class CrashFixture final : public StoreFixture {
 public:
  explicit CrashFixture(std::unique_ptr<StoreFixture> inner)
      : inner_(std::move(inner)), crashing_(std::make_unique<CrashingMetadata>(*inner_)) {}
  ~CrashFixture() override { inner_->metadata().close(); }
  void open() override {
    inner_->open();
    recovered_ = true;
  }
  MetadataStore& metadata() override {
    return recovered_ ? inner_->metadata() : static_cast<MetadataStore&>(*crashing_);
  }
  ContentStore& content() override { return inner_->content(); }
  bool durable() const override { return inner_->durable(); }
  CrashingMetadata& crashing() { return *crashing_; }

 private:
  std::unique_ptr<StoreFixture> inner_;
  std::unique_ptr<CrashingMetadata> crashing_;
  bool recovered_ = false;
};

void crash_everywhere(const StoreFactory& make, const std::vector<std::string>& expected,
                      CrashingMetadata::When when) {
  bool happened = true;
  for (int nth = 1; happened; ++nth) {
    INFO("crash " << nth);
    CrashFixture* fixture = nullptr;
    World w([&] {
      auto made = std::make_unique<CrashFixture>(make());
      fixture = made.get();
      return made;
    });
    fixture->crashing().arm(when, nth);
    size_t done = 0;
    while (done < Workload::steps() && Workload::run(w, done) == FsError::ok) ++done;
    happened = fixture->crashing().happened();
    REQUIRE((happened || done == Workload::steps()));
    w.crash();
    // All that was answered is there; what was not answered is there whole or not at all.
    std::string found = describe(w);
    bool after = done + 1 < expected.size() && found == expected[done + 1];
    if (!after) CHECK(found == expected[done]);
  }
}

// A pair of stores behind fault points.
class FaultFixture final : public StoreFixture {
 public:
  explicit FaultFixture(std::unique_ptr<StoreFixture> inner) : inner_(std::move(inner)) {
    declare_store_points(faults);
  }
  void open() override {
    metadata_.reset();
    content_.reset();
    inner_->open();
    wrap();
  }
  MetadataStore& metadata() override { return *metadata_; }
  ContentStore& content() override { return *content_; }
  bool durable() const override { return inner_->durable(); }

 private:
  void wrap() {
    metadata_ = std::make_unique<FaultMetadata>(inner_->metadata(), faults);
    content_ = std::make_unique<FaultContent>(inner_->content(), faults);
  }
  ManualClock clock_;
  Trace trace_{clock_};
  Random random_{3};

 public:
  fault::Registry faults{random_, trace_};

 private:
  std::unique_ptr<StoreFixture> inner_;
  std::unique_ptr<FaultMetadata> metadata_ = std::make_unique<FaultMetadata>(inner_->metadata(), faults);
  std::unique_ptr<FaultContent> content_ = std::make_unique<FaultContent>(inner_->content(), faults);
};

// Runs the workload with the n-th call failing. False: there was no n-th.
bool fail_once(const StoreFactory& make, const std::string& point, u64 nth) {
  INFO(point << ", call " << nth);
  FaultFixture* fixture = nullptr;
  World w([&] {
    auto made = std::make_unique<FaultFixture>(make());
    fixture = made.get();
    return made;
  });
  fault::Trigger trigger;
  trigger.nth = nth;
  fault::Action action{fault::ActionKind::error, static_cast<i64>(FsError::no_space)};
  auto rule = fixture->faults.arm({*fault::parse_point(point), trigger, action});
  REQUIRE(rule.has_value());
  size_t failed = 0;
  for (size_t i = 0; i < Workload::steps(); ++i) failed += Workload::run(w, i) != FsError::ok;
  bool fired = fixture->faults.status(*rule).fired > 0;
  if (!fired) CHECK(failed == 0);
  fixture->faults.heal();
  describe(w);  // everything can be read
  w.create(w.root(), "still works");
  CHECK(w.lookup(w.root(), "still works").error == FsError::ok);
  return fired;  // and World's end checks the stores
}

}  // namespace

void fs_crashes(const StoreFactory& make) {
  std::vector<std::string> expected;
  {
    World w(make);
    if (!w.stores().durable()) return;
    expected.push_back(describe(w));
    for (size_t i = 0; i < Workload::steps(); ++i) {
      REQUIRE(Workload::run(w, i) == FsError::ok);
      expected.push_back(describe(w));
    }
  }
  SECTION("before a commit") { crash_everywhere(make, expected, CrashingMetadata::When::before_commit); }
  SECTION("between a commit and its answer") {
    crash_everywhere(make, expected, CrashingMetadata::When::before_answer);
  }
}

void fs_failing_calls(const StoreFactory& make) {
  bool slow = make()->durable();  // there, only some of the calls
  for (const char* call :
       {"view", "update", "durable", "read", "write", "truncate", "deallocate", "clone", "extent"})
    for (const char* moment : {"before", "after"}) {
      std::string point = std::string("store.") + call + "." + moment;
      u64 step = 1;
      for (u64 nth = 1; fail_once(make, point, nth); nth += step)
        if (slow && nth > 3) step = 13;
    }
}

}  // namespace dfs::fs::contract
