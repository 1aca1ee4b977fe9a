// Callbacks over the back channels of a client's sessions (RFC 8881 2.10.3.1, 2.10.6 and 20.9).
#include <algorithm>

#include "protocols/nfs4/callback/callbacks.h"
#include "protocols/nfs4/program.h"
#include "protocols/nfs4/state/session.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {

using namespace nfs4_cb;

struct Callbacks::Exchange {
  enum class Next : u8 {
    done,   // `result` is what there is to say
    again,  // over this or another session, as a new request
  };
  Next next = Next::done;
  CbResult result;
};

namespace {

constexpr u32 kTries = 8;
constexpr Nanos kFirstPause = 50 * kMillisecond;  // after a DELAY; then twice as long each time
constexpr u32 kCbHeader = 40 + 400;               // RPC header with the largest credential
constexpr u32 kLeastCached = 512;                 // of a reply to any of our callbacks
constexpr u32 kCbCompound = 1, kCbVersion = 1;

// A session over which callbacks can go out now; one without faults before any other.
Ref<Session> pick_session(Client& client) {
  std::lock_guard lock(client.mutex);
  Ref<Session> second;
  for (const Ref<Session>& s : client.sessions) {
    const CallbackPath path = s->callback_path();
    if (path == CallbackPath::up) return s;
    if (path == CallbackPath::fault) second = s;
  }
  return second;
}

bool fits(const Session& s, const CbOps& ops) {
  constexpr u32 kSequence = 4 + 16 + 4 * 4 + 4 + 16 + 4 + 2 * 4;  // with one referring call
  return ops.count() + 1 <= s.back.max_operations &&
         kCbHeader + 16 + kSequence + ops.bytes().size() <= s.back.max_request;
}

std::string compound(const Session& s, const BackChannel::Ticket& t, const CbOps& ops) {
  std::string out = wire::encode_to_string([&](wire::Writer& w) {
    w.text({});
    w.u32(s.minor);
    w.u32(0);  // callback_ident: the session says who is called
    w.u32(ops.count() + 1);
    w.u32(OP_CB_SEQUENCE);
    CB_SEQUENCE4args a{};
    a.csa_sessionid = s.id;
    a.csa_sequenceid = t.sequence;
    a.csa_slotid = slotid4{t.slot};
    a.csa_highest_slotid = slotid4{t.highest};
    // So that a retry is answered, where the client has room for that (RFC 8881 18.36.3): a Linux client has
    // none, and refuses whoever asks.
    a.csa_cachethis = s.back.max_response_cached >= kLeastCached;
    const ReferringCall& about = ops.referring();
    const referring_call4 call{about.sequence, slotid4{about.slot}};
    const referring_call_list4 list{about.session, {&call, 1}};
    if (about.known) a.csa_referring_call_lists = {&list, 1};
    encode(w, a);
  });
  return out.append(ops.bytes());
}

// CB_SEQUENCE's result, if that is what the reply begins with.
const CB_SEQUENCE4res* sequence_of(const CbResult::Reply* reply) {
  if (reply == nullptr || reply->res.resarray.size == 0) return nullptr;
  const nfs_cb_resop4& first = reply->res.resarray[0];
  return first.resop == OP_CB_SEQUENCE ? first.opcbsequence : nullptr;
}

// "the client MUST return the same" session, slot and sequence number (RFC 8881 20.9.3).
bool of_ticket(const CB_SEQUENCE4resok& ok, const Session& s, const BackChannel::Ticket& t) {
  return ok.csr_sessionid == s.id && ok.csr_sequenceid == t.sequence && ok.csr_slotid.value == t.slot;
}

CbResult failed(CbResult::Path path) {
  CbResult r;
  r.path = path;
  return r;
}

}  // namespace

Task<CbResult> Callbacks::call_session(Ref<Client> client, CbOps ops) {
  const Nanos patience = state_.server.limits.callback_timeout;
  for (u32 tries = 0; tries < kTries && !waits.stopped(); ++tries) {
    Ref<Session> session = pick_session(*client);
    if (!session) break;
    if (!fits(*session, ops)) co_return failed(CbResult::Path::too_big);
    BackChannel& channel = session->back_channel;
    const u32 seen = channel.released.load(std::memory_order_acquire);
    const auto ticket = channel.take([this](u64 connection) { return streams_->open(connection); });
    if (!ticket) {
      const Waits::Woken woken = co_await waits.until_changed(channel.released, seen, patience);
      if (woken != Waits::Woken::changed) co_return failed(CbResult::Path::timed_out);
      continue;
    }
    const CbOps& request = ticket->unanswered ? *ticket->unanswered : ops;
    Exchange e = co_await exchange(*session, *ticket, request);
    waits.change(channel.released);
    if (e.next == Exchange::Next::again) continue;
    // What was in doubt is settled: now it is the turn of what we came for.
    if (ticket->unanswered && e.result.answered()) continue;
    co_return std::move(e.result);
  }
  co_return failed(CbResult::Path::none);
}

Task<Callbacks::Exchange> Callbacks::exchange(Session& s, const BackChannel::Ticket& t, const CbOps& ops) {
  using Next = Exchange::Next;
  using Outcome = rpc::Answer::Outcome;
  BackChannel& channel = s.back_channel;
  const CallbackSecurity security = s.callback_security();
  const rpc::CallHeader header{s.callback_program(), kCbVersion, kCbCompound, security.flavor,
                               security.credential};
  const std::string args = compound(s, t, ops);
  bool seen = false;  // perhaps, by the client
  Nanos pause = kFirstPause;
  for (u32 tries = 0; tries < kTries; ++tries) {
    const u64 connection = s.back_connection();
    if (connection == 0 || waits.stopped()) break;
    rpc::Answer answer = co_await ask(*s.client, connection, header, args, ops.name());
    if (answer.outcome == Outcome::unsent || answer.outcome == Outcome::lost) {
      seen |= answer.outcome == Outcome::lost;
      lost(s, connection);
      continue;  // same slot, same sequence number, another connection (RFC 8881 2.10.6.2)
    }
    if (answer.outcome == Outcome::timed_out) {
      channel.in_doubt(t, ops, connection);
      fault(s);
      co_return Exchange{Next::done, failed(CbResult::Path::timed_out)};
    }
    std::shared_ptr<CbResult::Reply> reply;
    if (answer.outcome == Outcome::accepted) reply = decode_cb_reply(std::move(answer.results));
    const CB_SEQUENCE4res* sequence = sequence_of(reply.get());
    if (sequence == nullptr) {
      // Not carried out, as far as an answer without CB_SEQUENCE's result can say.
      channel.refused(t);
      fault(s);
      co_return Exchange{Next::done, failed(CbResult::Path::garbage)};
    }
    switch (sequence->csr_status) {
      case NFS4_OK: {
        channel.carried_out(t);
        if (!of_ticket(sequence->csr_resok4, s, t)) {
          fault(s);
          co_return Exchange{Next::done, failed(CbResult::Path::garbage)};
        }
        channel.limit(sequence->csr_resok4.csr_target_highest_slotid.value == UINT32_MAX
                          ? UINT32_MAX
                          : sequence->csr_resok4.csr_target_highest_slotid.value + 1);
        if (s.callback_fault.exchange(false)) decide(*s.client);
        CbResult r;
        r.path = CbResult::Path::answered;
        r.status = reply->res.status;
        r.skipped = 1;
        r.reply = std::move(reply);
        co_return Exchange{Next::done, std::move(r)};
      }
      case NFS4ERR_DELAY:  // sequence number not taken (RFC 8881 2.10.6.2): the same request once more, later
      {
        const Waits::Woken woken = co_await waits.pause(pause);
        if (woken == Waits::Woken::stopped) break;
        pause *= 2;
        continue;
      }
      case NFS4ERR_RETRY_UNCACHED_REP: {
        // It was carried out before its reply was lost, and what it said is gone.
        channel.carried_out(t);
        CbResult r;
        r.path = CbResult::Path::answered;
        r.status = NFS4ERR_RETRY_UNCACHED_REP;
        r.skipped = 1;
        r.reply = std::move(reply);
        co_return Exchange{Next::done, std::move(r)};
      }
      case NFS4ERR_SEQ_MISORDERED:
        // The client counts differently: it may have forgotten the slot, which then begins with 1.
        channel.begin_anew(t);
        if (t.sequence != 1) co_return Exchange{Next::again, {}};
        fault(s);
        co_return Exchange{Next::done, failed(CbResult::Path::garbage)};
      case NFS4ERR_SEQ_FALSE_RETRY:
        channel.carried_out(t);
        co_return Exchange{Next::again, {}};
      case NFS4ERR_BADSLOT:
      case NFS4ERR_BAD_HIGH_SLOT:
        channel.refused(t);
        channel.limit(std::max(t.slot, 1u));
        if (t.slot != 0) co_return Exchange{Next::again, {}};
        fault(s);
        co_return Exchange{Next::done, failed(CbResult::Path::garbage)};
      case NFS4ERR_CONN_NOT_BOUND_TO_SESSION:
        lost(s, connection);
        continue;
      case NFS4ERR_BADSESSION:
      case NFS4ERR_DEADSESSION:
        // The client knows no such session: no connection of it is of use, another session's may be.
        channel.refused(t);
        lost(s, connection);
        co_return Exchange{Next::again, {}};
      default:
        channel.refused(t);
        fault(s);
        co_return Exchange{Next::done, failed(CbResult::Path::garbage)};
    }
    break;
  }
  if (seen)
    channel.in_doubt(t, ops, 0);
  else
    channel.refused(t);
  // Another session of the client may have a connection.
  co_return Exchange{seen ? Next::done : Next::again, failed(CbResult::Path::none)};
}

}  // namespace dfs::nfs4
