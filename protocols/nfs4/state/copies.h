#pragma once

#include <optional>
#include <vector>

#include "protocols/nfs4/callback/referring_call.h"
#include "protocols/nfs4/place.h"
#include "protocols/nfs4/state/io_use.h"

namespace dfs::nfs4 {

struct Compound;

// What a COPY copies: both files as whoever asked may use them, kept open until it is done.
struct CopyPlan {
  Place from, to;
  u64 from_offset = 0, to_offset = 0;
  u64 length = 0;  // in bytes; never 0
  IoUse read, write;
  std::string target_handle;  // as CB_OFFLOAD names the target
  ReferringCall asked_by;     // whose reply tells the client of the copy's stateid
};

// A copy that goes on behind its COMPOUND (RFC 7862 4.8): its stateid is good until the client has answered CB_OFFLOAD
// or has cancelled it.
class CopyJob : public Counted {
 public:
  CopyJob(Ref<Client> client, CopyPlan plan);

  // fixed before anybody can find it
  const Ref<Client> client;
  const CopyPlan plan;
  stateid4 stateid{};

  // How far it is. What lies between is for everybody to see already (RFC 7862 15.9.3).
  std::atomic<u64> count{0};
  std::atomic<bool> cancelled{false};
  std::atomic<u32> ended{0};  // changes when the last byte is written, with Waits::change()

  struct End {
    nfsstat4 status = NFS4_OK;
    fs::Stable committed = fs::Stable::unstable;
    u64 verifier = 0;  // of the writes: one of before a restart, if it changed meanwhile
  };
  // Nothing: it goes on.
  std::optional<End> end() const;
  void set_end(const End& e);

  fs::CopyEnd source() const { return {from_who_, plan.from.node, plan.from_offset + count, plan.read.check}; }
  fs::CopyEnd target() const { return {to_who_, plan.to.node, plan.to_offset + count, plan.write.check}; }
  u64 left() const { return plan.length - count; }

 private:
  std::vector<u32> from_groups_, to_groups_;
  fs::Credential from_who_, to_who_;
  mutable std::mutex mutex_;
  std::optional<End> end_;  // changes under mutex_
};

// All copies of one server that go on by themselves. Thread-safe.
class Copies {
 public:
  explicit Copies(State& state) : state_(state) {}

  // Begins one: null when the client has too many. It is told with CB_OFFLOAD when it ends, over whatever connection it
  // then has, as often as it takes.
  Ref<CopyJob> start(const Ref<Client>& client, CopyPlan plan);
  // The client's copy of that stateid to that file: BAD_STATEID when there is none (RFC 7862 15.8.3, 15.9.3).
  nfsstat4 find(Compound& c, const stateid4& id, Ref<CopyJob>* out);
  // It writes nothing more, once this is over; its stateid is gone.
  Task<void> cancel(Ref<CopyJob> job);
  // The client is gone.
  void drop(const Client& client);

  std::vector<Ref<CopyJob>> all() const;

  static constexpr size_t kMost = 64;  // of one client
  static constexpr u64 kStep = 4u << 20;  // bytes between two looks at whether it is cancelled

 private:
  void forget(const CopyJob& job);
  Task<void> run(Ref<CopyJob> job);
  Task<CopyJob::End> copy_all(Ref<CopyJob> job);
  Task<void> tell(Ref<CopyJob> job);

  State& state_;
  mutable std::mutex mutex_;
  std::vector<Ref<CopyJob>> jobs_;  // changes under mutex_, as next_ does
  u32 next_ = 1;
};

}  // namespace dfs::nfs4
