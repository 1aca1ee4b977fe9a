#include "protocols/server/volume.h"

#include <catch2/catch.hpp>

#include "engine/stores/mem/memory_content.h"
#include "engine/stores/mem/memory_metadata.h"

using namespace dfs;
using namespace dfs::server;
using fs::FsError;

namespace {

// A store whose last commit comes when everything in front of it is gone, as that of a server that loses
// power may.
class LateCommit final : public fs::MetadataStore {
 public:
  LateCommit(Random& random, FsError* answer) : inner_(random), answer_(answer) {}
  ~LateCommit() override { *answer_ = barrier_(); }

  const char* kind() const override { return inner_.kind(); }
  Async<FsError> read(ReadFn fn) override { return inner_.read(fn); }
  Async<FsError> update(UpdateFn fn, fs::CommitSeq* seq) override { return inner_.update(fn, seq); }
  Async<FsError> wait_durable(fs::CommitSeq seq) override { return inner_.wait_durable(seq); }
  fs::CommitSeq last_seq() const override { return inner_.last_seq(); }
  bool durable() const override { return inner_.durable(); }
  void set_commit_barrier(UniqueFunction<FsError()> barrier) override { barrier_ = std::move(barrier); }
  void crash() override { inner_.crash(); }
  FsError close() override { return inner_.close(); }

 private:
  stores::MemoryMetadata inner_;
  FsError* answer_;
  UniqueFunction<FsError()> barrier_;
};

}  // namespace

TEST_CASE("volume: a commit that comes late is refused, and finds nothing that is gone") {
  ManualClock clock;
  Trace trace(clock);
  Random random(1);
  fault::Registry faults(random, trace);
  FsError answer = FsError::ok;
  bool asked = false;
  {
    std::vector<Volume> volumes;
    Stores late{std::make_unique<LateCommit>(random, &answer),
                std::make_unique<stores::MemoryContent>(1u << 20)};
    volumes.emplace_back(std::move(late), trace, faults);
    volumes.back().metadata->set_commit_barrier([&] {
      asked = true;
      return FsError::ok;
    });
  }
  CHECK(answer == FsError::io);
  CHECK_FALSE(asked);
}
