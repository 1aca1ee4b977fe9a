#include "protocols/nfs4/state/stateid.h"

#include <algorithm>

namespace dfs::nfs4 {
namespace {

bool all(const Other& o, u8 byte) {
  return std::all_of(o.begin(), o.end(), [&](u8 b) { return b == byte; });
}

// RFC 7530 9.1.4.3, RFC 8881 8.2.3. OK and not special: an ordinary one.
nfsstat4 take_special(const stateid4& id, Named* out, bool* special) {
  *special = true;
  if (all(id.other, 0)) {
    out->kind = Named::Kind::anonymous;
    return id.seqid == 0 ? NFS4_OK : NFS4ERR_BAD_STATEID;
  }
  if (all(id.other, 0xff)) {
    out->kind = Named::Kind::bypass;
    return id.seqid == UINT32_MAX ? NFS4_OK : NFS4ERR_BAD_STATEID;
  }
  *special = false;
  return NFS4_OK;
}

nfsstat4 status_of_gone(Gone gone) {
  switch (gone) {
    case Gone::never_was:
    case Gone::closed:
      return NFS4ERR_BAD_STATEID;
    case Gone::expired:
      return NFS4ERR_EXPIRED;
    case Gone::revoked:
      return NFS4ERR_ADMIN_REVOKED;
  }
  return NFS4ERR_BAD_STATEID;
}

// From 4.1 on the client knows what was taken from it until it has acknowledged that.
nfsstat4 status_of_revoked(const Compound& c, const Other& other) {
  const Client& client = *c.session->client;
  std::lock_guard lock(client.mutex);
  auto it = client.revoked.find(other);
  if (it == client.revoked.end()) return NFS4ERR_BAD_STATEID;
  switch (it->second) {
    case Revoked::expired:
      return NFS4ERR_EXPIRED;
    case Revoked::admin:
      return NFS4ERR_ADMIN_REVOKED;
    case Revoked::recallable:
      return NFS4ERR_DELEG_REVOKED;
  }
  return NFS4ERR_BAD_STATEID;
}

}  // namespace

bool is_current(const stateid4& id) { return id.seqid == 1 && all(id.other, 0); }

nfsstat4 find_state(Compound& c, const stateid4& id, Named* out, CurrentSeqid current) {
  return find_state(c, c.current, id, out, current);
}

nfsstat4 find_state(Compound& c, const Current& at, const stateid4& asked, Named* out, CurrentSeqid current) {
  State& state = *c.server.state;
  stateid4 id = asked;
  if (c.minor > 0 && is_current(id)) {
    // After CLOSE it is the one that is never valid (RFC 8881 8.2.3).
    if (!at.has_stateid || all(at.stateid.other, 0)) return NFS4ERR_BAD_STATEID;
    id = at.stateid;
    if (current == CurrentSeqid::any) id.seqid = 0;
  }
  bool special;
  if (const nfsstat4 s = take_special(id, out, &special); special) return s;

  // From 4.1 on it is the session that is found stale: there the error is moot (RFC 8881 15.1.5.9).
  const OtherParts parts = parts_of(id.other);
  if (parts.epoch != state.epoch) return c.minor == 0 ? NFS4ERR_STALE_STATEID : NFS4ERR_BAD_STATEID;
  auto found = state.records.find({parts.place, parts.nonce});
  if (!found.record) return c.minor == 0 ? status_of_gone(found.gone) : status_of_revoked(c, id.other);
  if (found.record->kind != parts.kind) return NFS4ERR_BAD_STATEID;
  Client& client = found.record->client();
  if (c.minor > 0 ? &client != c.session->client.get() : client.facet != Facet::v40)
    return NFS4ERR_BAD_STATEID;
  if (c.minor == 0) {
    client.renew(state.now());
    client.connection.store(c.call.transport->id(), std::memory_order_relaxed);
  }
  out->kind = Named::Kind::record;
  out->record = std::move(found.record);
  out->seqid = id.seqid;
  return NFS4_OK;
}

nfsstat4 find_state(Compound& c, const stateid4& id, StateKind kind, Named* out, CurrentSeqid current) {
  if (const nfsstat4 s = find_state(c, id, out, current); s != NFS4_OK) return s;
  if (out->kind != Named::Kind::record || out->record->kind != kind ||
      !of_file(*out->record, c.current.place))
    return NFS4ERR_BAD_STATEID;
  return NFS4_OK;
}

nfsstat4 check_seqid(const Compound& c, const StateRecord& record, u32 seqid) {
  if (!record.live) return NFS4ERR_BAD_STATEID;
  if (c.minor > 0 && seqid == 0) return NFS4_OK;
  // It wraps: what is nearer behind is old, what is nearer ahead has not been given out.
  const auto ahead = static_cast<i32>(seqid - record.seqid);
  if (ahead == 0) return NFS4_OK;
  return ahead < 0 ? NFS4ERR_OLD_STATEID : NFS4ERR_BAD_STATEID;
}

bool of_file(const StateRecord& record, const Place& place) {
  return place.object() && record.file->key == file_key(place);
}

}  // namespace dfs::nfs4
