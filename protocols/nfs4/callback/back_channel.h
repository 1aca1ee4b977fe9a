#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/base/function_ref.h"
#include "protocols/nfs4/callback/cb_compound.h"

namespace dfs::nfs4 {

// The slots of a session's back channel, of which this server is the requester (RFC 8881 2.10.6.1 and 20.9).
//
// A request of which nobody knows whether the client has seen it stays in its slot: before anything else goes
// out there, it is sent again with the same sequence number, which the client then answers from its reply
// cache (2.10.6.2). Not before the connection that it went over is closed: as long as that is there it may be
// answered (2.9.2).
class BackChannel {
 public:
  // Slots are made as they are needed, up to what was negotiated and no more than this.
  static constexpr u32 kMostSlots = 256;
  explicit BackChannel(u32 max_requests) : limit_(std::min(max_requests, kMostSlots)) {}

  struct Ticket {
    u32 slot = 0, sequence = 1, highest = 0;
    std::optional<CbOps> unanswered;  // goes first, as this ticket's request
  };
  // The lowest free slot; nothing: all are in use, and `released` changes when one is not any more. `open`
  // tells of a connection whether it is.
  std::optional<Ticket> take(FunctionRef<bool(u64)> open);

  // How the ticket's request ended; the slot is free again after any of them. Whoever calls one then changes
  // `released`.
  void carried_out(const Ticket& t);  // the client took the sequence number
  void refused(const Ticket& t);      // it did not
  // Neither is known; 0: the connection is closed already.
  void in_doubt(const Ticket& t, const CbOps& ops, u64 connection);
  void begin_anew(const Ticket& t);  // the client has another idea of its sequence number: as of a new slot

  // The client has fewer slots than this, or wants fewer used: BADSLOT, sr_target_highest_slotid. At least
  // one remains.
  void limit(u32 slots);
  u32 slots() const;

  std::atomic<u32> released{0};

 private:
  struct Slot {
    u32 sequence = 0;  // of the last request the client took
    bool busy = false;
    std::optional<CbOps> unanswered;
    u64 asked_over = 0;  // where `unanswered` went; 0: nobody can answer it there any more
  };
  u32 highest_locked() const;

  mutable std::mutex mutex_;
  std::vector<Slot> slots_;  // changes under mutex_
  u32 limit_;                // changes under mutex_
};

}  // namespace dfs::nfs4
