#pragma once

#include "engine/loop/then.h"
#include "protocols/nfs4/compound.h"
#include "protocols/nfs4/state/state.h"
#include "protocols/nfs4/status.h"

namespace dfs::nfs4 {

// The owner's turn, from when it was taken until this goes.
class TurnLease {
 public:
  explicit TurnLease(Ref<StateOwner> taken) : owner_(std::move(taken)) {}
  TurnLease(TurnLease&&) = default;
  TurnLease& operator=(TurnLease&&) = delete;
  ~TurnLease() {
    if (owner_) owner_->turn.pass();
  }
  StateOwner& owner() const { return *owner_; }

 private:
  Ref<StateOwner> owner_;
};

namespace order {

enum class Place : u8 { next, again, wrong };
// Where a request with that seqid stands among its owner's (RFC 7530 9.1.7).
Place place_of(const StateOwner::Last& last, u32 seqid, nfs_opnum4 op);
// Whether a request with that answer used its number up: with all but those that 9.1.7 lists.
bool counts(nfsstat4 s);
// The owner has sent another request: its last CLOSE was answered for good.
void forget_closed(State& state, StateOwner& owner);

template <class Res>
Res again(Compound& c, const StateOwner::Last& last) {
  const Text reply = c.call.arena.copy(last.reply);
  wire::Reader r(reply.data, reply.size, c.call.arena);
  Res res{};
  DFS_CHECK(decode(r, res));
  if constexpr (std::is_same_v<Res, OPEN4res>)
    if (last.entered) {
      Current& now = c.current;
      now.place.node = last.node;
    }
  return res;
}

// Remembers the result, and passes the turn.
template <class Res>
struct Remember {
  Compound& c;
  TurnLease turn;
  u32 seqid;
  nfs_opnum4 op;

  Res operator()(Res res) const {
    const nfsstat4 status = status_of(&res);
    if (!counts(status)) return res;
    StateOwner::Last& last = turn.owner().last;
    last.known = true;
    last.seqid = seqid;
    last.op = op;
    SliceList bytes;
    wire::Writer w(bytes, c.call.loop.reply_cursor());
    encode(w, res);
    w.finish();
    last.reply = flatten(bytes);
    last.entered = status == NFS4_OK;
    last.node = c.current.place.node;
    return res;
  }
};

template <class Res, class Body>
Async<Res> in_turn(Compound& c, TurnLease turn, u32 seqid, nfs_opnum4 op, Body body) {
  StateOwner& owner = turn.owner();
  switch (place_of(owner.last, seqid, op)) {
    case Place::again:
      return again<Res>(c, owner.last);
    case Place::wrong:
      return with_status<Res>(NFS4ERR_BAD_SEQID);
    case Place::next:
      break;
  }
  forget_closed(*c.server.state, owner);
  return then(Async<Res>(body()), Remember<Res>{c, std::move(turn), seqid, op});
}

template <class Res, class Body>
Task<Res> wait_for_turn(Compound& c, Ref<StateOwner> owner, u32 seqid, nfs_opnum4 op, Body body) {
  co_await owner->turn.take();
  Async<Res> result = in_turn<Res>(c, TurnLease(owner), seqid, op, std::move(body));
  co_return co_await result;
}

}  // namespace order

// Carries `body` out as the owner's request of that seqid: in 4.0 after all earlier ones, once only, and
// answered with the first answer when it comes again. From 4.1 on slots do all that, and seqids mean nothing
// (RFC 8881 8.2.2 and 9.13). `body` returns Res or Async<Res>, and what it refers to lives as long as the
// call.
template <class Res, class Body>
Async<Res> in_order(Compound& c, const Ref<StateOwner>& owner, u32 seqid, nfs_opnum4 op, Body body) {
  if (c.minor > 0) return body();
  if (!owner->turn.try_take()) return order::wait_for_turn<Res>(c, owner, seqid, op, std::move(body));
  return order::in_turn<Res>(c, TurnLease(owner), seqid, op, std::move(body));
}

}  // namespace dfs::nfs4
