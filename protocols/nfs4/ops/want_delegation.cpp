#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/io.h"
#include "protocols/nfs4/status.h"

namespace dfs::nfs4::ops {
namespace {

// Access is ignored: OPEN, whose bits these are, opens.
constexpr u32 kWants = OPEN4_SHARE_ACCESS_BOTH | OPEN4_SHARE_ACCESS_WANT_DELEG_MASK |
                       OPEN4_SHARE_ACCESS_WANT_SIGNAL_DELEG_WHEN_RESRC_AVAIL |
                       OPEN4_SHARE_ACCESS_WANT_PUSH_DELEG_WHEN_UNCONTENDED;

WANT_DELEGATION4res none(why_no_delegation4 why) {
  WANT_DELEGATION4res res{};
  res.wdr_resok4 = none_given(why);
  return res;
}

// Who may open the file for it may have the delegation.
WANT_DELEGATION4res answer(Compound& c, const WANT_DELEGATION4args& a, const fs::AccessResult& r) {
  if (r.error != fs::FsError::ok) return with_status<WANT_DELEGATION4res>(to_status(r.error));
  if (r.node.type == fs::FileType::directory) return none(WND4_IS_DIR);
  const u32 want = a.wda_want & OPEN4_SHARE_ACCESS_WANT_DELEG_MASK;
  if (r.node.type != fs::FileType::regular)
    return none(want == OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG ? WND4_WRITE_DELEG_NOT_SUPP_FTYPE
                                                            : WND4_NOT_SUPP_FTYPE);
  const Place& p = c.current.place;
  u8 access = 0;
  if ((r.granted & fs::ace::kReadData) != 0) access |= state::kReadRight;
  if ((r.granted & fs::ace::kWriteData) != 0 && !p.read_only()) access |= state::kWriteRight;
  WANT_DELEGATION4res res{};
  Delegations& delegations = c.server.state->delegations;
  if (a.wda_claim.dc_claim == CLAIM_PREVIOUS) {
    res.wdr_resok4 =
        delegations.reclaim(c, c.session->client, p, access, a.wda_claim.dc_delegate_type, r.node);
    // "OPEN_DELEGATE_NONE" is never what WANT_DELEGATION says.
    if (res.wdr_resok4.delegation_type == OPEN_DELEGATE_NONE)
      return with_status<WANT_DELEGATION4res>(NFS4ERR_INVAL);
    return res;
  }
  if (a.wda_claim.dc_claim == CLAIM_DELEG_PREV_FH) {
    const nfsstat4 s = delegations.left_to(*c.session->client, p);
    if (s != NFS4_OK) return with_status<WANT_DELEGATION4res>(s);
    res.wdr_resok4 = delegations.claim(c, c.session->client, p);
    return res;
  }
  const bool missing = want == OPEN4_SHARE_ACCESS_WANT_READ_DELEG    ? (access & state::kReadRight) == 0
                       : want == OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG ? (access & state::kWriteRight) == 0
                                                                     : access == 0;
  if (missing) return with_status<WANT_DELEGATION4res>(NFS4ERR_ACCESS);
  res.wdr_resok4 = delegations.offer(c, c.session->client, p, access, a.wda_want, r.node);
  return res;
}

Taking taking(const deleg_claim4& claim) {
  if (claim.dc_claim == CLAIM_PREVIOUS) return Taking::reclaim;
  return claim.dc_claim == CLAIM_DELEG_PREV_FH ? Taking::delegated : Taking::anew;
}

}  // namespace

// RFC 8881 18.49
Async<WANT_DELEGATION4res> want_delegation(Compound& c, const WANT_DELEGATION4args& a) {
  const u32 want = a.wda_want & OPEN4_SHARE_ACCESS_WANT_DELEG_MASK;
  const u32 known = c.minor > 1 ? kWants | OPEN4_SHARE_ACCESS_WANT_DELEG_TIMESTAMPS : kWants;  // RFC 9754
  if ((a.wda_want & ~known) != 0 || want == OPEN4_SHARE_ACCESS_WANT_NO_PREFERENCE ||
      want == OPEN4_SHARE_ACCESS_WANT_NO_DELEG || want > OPEN4_SHARE_ACCESS_WANT_CANCEL)
    return with_status<WANT_DELEGATION4res>(NFS4ERR_INVAL);
  switch (a.wda_claim.dc_claim) {
    case CLAIM_FH:
    case CLAIM_PREVIOUS:
    case CLAIM_DELEG_PREV_FH:
      break;
    default:
      return with_status<WANT_DELEGATION4res>(NFS4ERR_INVAL);
  }
  const Place& p = c.current.place;
  if (!p.object()) return none(WND4_IS_DIR);
  if (want == OPEN4_SHARE_ACCESS_WANT_CANCEL) {
    c.server.state->delegations.wants.cancel(*c.session->client, file_key(p));
    return none(WND4_CANCELLED);
  }
  Async<nfsstat4> admitting = c.server.state->recovery.admit(*c.session->client, taking(a.wda_claim));
  return then(std::move(admitting), [&c, &a](nfsstat4 s) {
    if (s != NFS4_OK) return Async<WANT_DELEGATION4res>(with_status<WANT_DELEGATION4res>(s));
    const Place& at = c.current.place;
    return then(at.fs().rights(at.who, at.node, fs::ace::kReadData | fs::ace::kWriteData),
                [&c, &a](const fs::AccessResult& r) { return answer(c, a, r); });
  });
}

}  // namespace dfs::nfs4::ops
