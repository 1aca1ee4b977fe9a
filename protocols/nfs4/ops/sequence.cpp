#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4::ops {
namespace {

// Of a reply with SEQUENCE alone, in bytes: RPC header, status, count of results, the result; the tag comes
// on top.
constexpr u32 kLeastReply = 24 + 12 + 44;

// Tells a retry from another request that took the slot's sequence number by mistake (RFC 8881 2.10.6.1.3.1):
// who asks and what is asked for after SEQUENCE. Of a large request its beginning, its end and its length:
// that is where two requests differ that one client confuses. No secret: a client can deceive nobody but
// itself.
u64 digest_of(const Compound& c, const SEQUENCE4args& a) {
  constexpr u64 kPrime = 0x9E3779B97F4A7C15ull;
  constexpr size_t kHead = 512, kTail = 64;
  const u8* begin = c.call.args.cursor();
  const size_t size = c.call.args.left();
  u64 h = size ^ u64 { c.count } << 32 ^ u64 { c.minor } << 52 ^ (a.sa_cachethis ? kPrime : 0);
  auto mix = [&](u64 v) {
    h = (h ^ v) * kPrime;
    h ^= h >> 29;
  };
  auto run = [&](const u8* p, size_t n) {
    for (; n >= 8; p += 8, n -= 8) {
      u64 v;
      std::memcpy(&v, p, 8);
      mix(v);
    }
    u64 rest = 0;
    std::memcpy(&rest, p, n);
    mix(rest);
  };
  mix(u64{c.call.caller.uid} << 32 | static_cast<u32>(c.call.caller.flavor));
  run(begin, std::min(size, kHead));
  if (size > kHead) run(begin + size - std::min(size - kHead, kTail), std::min(size - kHead, kTail));
  return h;
}

SEQUENCE4res refused(nfsstat4 s) { return with_status<SEQUENCE4res>(s); }

SEQUENCE4res accepted(const SEQUENCE4args& a, const Session& session) {
  SEQUENCE4res res{};
  const slotid4 highest{session.fore.max_requests - 1};
  res.sr_resok4 = {a.sa_sessionid, a.sa_sequenceid, a.sa_slotid,
                   highest,        highest,         session.client->sequence_flags()};
  res.sr_resok4.sr_status_flags |= session.sequence_flags();
  return res;
}

// A retry of a request whose reply was not to be remembered: SEQUENCE is answered again, and the operation
// behind it with RETRY_UNCACHED_REP (RFC 8881 2.10.6.1.3).
SliceList uncached(Compound& c, const SEQUENCE4res& sequence) {
  auto* results = c.call.arena.make<nfs_resop4>(2);
  auto* first = c.call.arena.construct<SEQUENCE4res>(sequence);
  DFS_CHECK(results != nullptr && first != nullptr);
  results[0].resop = OP_SEQUENCE;
  results[0].opsequence = first;
  u32 number = 0;
  const OpRow* row = c.call.args.u32(number) ? find_op(number, c.minor) : nullptr;
  const void* second = row != nullptr ? row->refuse(c, NFS4ERR_RETRY_UNCACHED_REP)
                                      : c.call.arena.construct<ILLEGAL4res>(ILLEGAL4res{NFS4ERR_OP_ILLEGAL});
  results[1].resop = row != nullptr ? row->number : OP_ILLEGAL;
  std::memcpy(&results[1].opillegal, &second, sizeof second);  // every arm is a pointer
  SliceList body;
  wire::Writer w(body, c.call.loop.reply_cursor());
  encode(w, COMPOUND4res{status_of(second), c.tag, {results, 2}});
  w.finish();
  return body;
}

// What a channel bounds (RFC 8881 18.36.3), before a slot is taken.
nfsstat4 within_limits(const Compound& c, const SEQUENCE4args& a, const Session& s) {
  if (c.count > s.fore.max_operations) return NFS4ERR_TOO_MANY_OPS;
  // RFC 8881 15.1.11.3, the other slot id: BADSLOT is said where the slot is looked for.
  if (a.sa_slotid.value < s.fore.max_requests && a.sa_highest_slotid.value >= s.fore.max_requests)
    return NFS4ERR_BAD_HIGH_SLOT;
  if (c.call.record.size() > s.fore.max_request) return NFS4ERR_REQ_TOO_BIG;
  if (c.tag.size + kLeastReply > s.fore.max_response) return NFS4ERR_REP_TOO_BIG;
  if (a.sa_cachethis && c.tag.size + kLeastReply > s.fore.max_response_cached)
    return NFS4ERR_REP_TOO_BIG_TO_CACHE;
  return NFS4_OK;
}

// The filehandle that a reply was put down with; none there is none of.
Place place_of(Compound& c, const std::string& handle) {
  Place place;
  if (!handle.empty()) (void)resolve(c, c.call.arena.copy(Bytes::of(handle)), &place);
  return place;
}

// A session that an earlier run left answers what it has answered, or begun to, and nothing else (RFC
// 8881 2.10.6.5). A request that changed nothing was not put down, and is a new one here.
SEQUENCE4res of_dead_session(Compound& c, const SEQUENCE4args& a, const DeadSession& session) {
  if (a.sa_slotid.value >= session.of.max_requests) return refused(NFS4ERR_BADSLOT);
  const auto it = session.replies.find(a.sa_slotid.value);
  if (it == session.replies.end()) return refused(NFS4ERR_DEADSESSION);
  const SavedReply& reply = it->second;
  const auto ahead = static_cast<i32>(a.sa_sequenceid - reply.sequence);
  if (ahead != 0) return refused(ahead > 0 ? NFS4ERR_DEADSESSION : NFS4ERR_SEQ_MISORDERED);
  if (reply.digest != digest_of(c, a)) return refused(NFS4ERR_SEQ_FALSE_RETRY);
  SEQUENCE4res res{};
  const slotid4 highest{session.of.max_requests - 1};
  res.sr_resok4 = {a.sa_sessionid, a.sa_sequenceid, a.sa_slotid, highest, highest, 0};
  c.max_reply = session.of.max_response;
  c.max_cached = session.of.max_response_cached;
  c.cached = a.sa_cachethis;
  if (!reply.kept)
    c.replay(uncached(c, res));
  else if (!c.resume(c.call.arena.copy(Bytes::of(reply.results)).view(), reply.count))
    return refused(NFS4ERR_SEQ_FALSE_RETRY);
  c.enter(place_of(c, reply.current));
  c.saved = {place_of(c, reply.saved), {}, false};
  return res;
}

}  // namespace

// RFC 8881 18.46
Async<SEQUENCE4res> sequence(Compound& c, const SEQUENCE4args& a) {
  State& state = *c.server.state;
  const Ref<Session> session = state.find_session(a.sa_sessionid);
  if (!session) {
    const auto dead = state.persistence.find(a.sa_sessionid);
    return dead ? of_dead_session(c, a, *dead) : refused(NFS4ERR_BADSESSION);
  }
  // Without state protection a connection is bound by being used (RFC 8881 2.10.3.1).
  session->bind(c.call.transport->id(), Session::kFore);
  if (const nfsstat4 s = within_limits(c, a, *session); s != NFS4_OK) return refused(s);

  Slot* slot = nullptr;
  Session::Begun begun = session->begin(a, digest_of(c, a), &slot);
  if (begun.status != NFS4_OK) return refused(begun.status);
  session->client->renew(state.now());
  const SEQUENCE4res res = accepted(a, *session);
  if (begun.replay) {
    c.replay(begun.reply_known ? std::move(begun.reply) : uncached(c, res));
    return res;
  }
  c.session = session.get();
  c.slot = a.sa_slotid.value;
  c.sequence = a.sa_sequenceid;
  c.keeper = slot;
  c.max_reply = session->fore.max_response;
  c.max_cached = session->fore.max_response_cached;
  c.cached = a.sa_cachethis;
  c.persistent = session->persistent;
  return res;
}

}  // namespace dfs::nfs4::ops
