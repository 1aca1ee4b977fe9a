#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/io.h"
#include "protocols/nfs4/status.h"

namespace dfs::nfs4::ops {
namespace {

constexpr u32 kWants = OPEN4_SHARE_ACCESS_WANT_DELEG_MASK |
                       OPEN4_SHARE_ACCESS_WANT_SIGNAL_DELEG_WHEN_RESRC_AVAIL |
                       OPEN4_SHARE_ACCESS_WANT_PUSH_DELEG_WHEN_UNCONTENDED;

WANT_DELEGATION4res none(why_no_delegation4 why) {
  WANT_DELEGATION4res res{};
  res.wdr_resok4.delegation_type = OPEN_DELEGATE_NONE_EXT;
  res.wdr_resok4.od_whynone.ond_why = why;
  return res;
}

// Who may open the file for it may have the delegation.
WANT_DELEGATION4res answer(Compound& c, u32 wants, const fs::AccessResult& r) {
  if (r.error != fs::FsError::ok) return with_status<WANT_DELEGATION4res>(to_status(r.error));
  if (r.node.type == fs::FileType::directory) return none(WND4_IS_DIR);
  if (r.node.type != fs::FileType::regular) return none(WND4_NOT_SUPP_FTYPE);
  const Place& p = c.current.place;
  const u32 want = wants & OPEN4_SHARE_ACCESS_WANT_DELEG_MASK;
  u8 access = 0;
  if ((r.granted & fs::ace::kReadData) != 0) access |= state::kReadRight;
  if ((r.granted & fs::ace::kWriteData) != 0 && !p.read_only()) access |= state::kWriteRight;
  const bool missing = want == OPEN4_SHARE_ACCESS_WANT_READ_DELEG    ? (access & state::kReadRight) == 0
                       : want == OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG ? (access & state::kWriteRight) == 0
                                                                     : access == 0;
  if (missing) return with_status<WANT_DELEGATION4res>(NFS4ERR_ACCESS);
  WANT_DELEGATION4res res{};
  res.wdr_resok4 = c.server.state->delegations.offer(c, c.session->client, p, access, wants);
  return res;
}

}  // namespace

// RFC 8881 18.49
Async<WANT_DELEGATION4res> want_delegation(Compound& c, const WANT_DELEGATION4args& a) {
  const u32 want = a.wda_want & OPEN4_SHARE_ACCESS_WANT_DELEG_MASK;
  if ((a.wda_want & ~kWants) != 0 || want == OPEN4_SHARE_ACCESS_WANT_NO_PREFERENCE ||
      want == OPEN4_SHARE_ACCESS_WANT_NO_DELEG || want > OPEN4_SHARE_ACCESS_WANT_CANCEL)
    return with_status<WANT_DELEGATION4res>(NFS4ERR_INVAL);
  switch (a.wda_claim.dc_claim) {
    case CLAIM_FH:
      break;
    case CLAIM_PREVIOUS:
      return with_status<WANT_DELEGATION4res>(NFS4ERR_NO_GRACE);
    case CLAIM_DELEG_PREV_FH:  // as with OPEN: nothing is kept over a client's restart
      return with_status<WANT_DELEGATION4res>(NFS4ERR_NOTSUPP);
    default:
      return with_status<WANT_DELEGATION4res>(NFS4ERR_INVAL);
  }
  const Place& p = c.current.place;
  if (!p.object()) return none(WND4_IS_DIR);
  if (want == OPEN4_SHARE_ACCESS_WANT_CANCEL) return none(WND4_CANCELLED);
  Async<nfsstat4> admitting = c.server.state->recovery.admit(*c.session->client, Taking::anew);
  return then(std::move(admitting), [&c, &a](nfsstat4 s) {
    if (s != NFS4_OK) return Async<WANT_DELEGATION4res>(with_status<WANT_DELEGATION4res>(s));
    const Place& at = c.current.place;
    return then(at.fs().rights(at.who, at.node, fs::ace::kReadData | fs::ace::kWriteData),
                [&c, &a](const fs::AccessResult& r) { return answer(c, a.wda_want, r); });
  });
}

}  // namespace dfs::nfs4::ops
