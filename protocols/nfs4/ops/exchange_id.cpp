#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4::ops {
namespace {

constexpr u32 kKnownFlags = EXCHGID4_FLAG_SUPP_MOVED_REFER | EXCHGID4_FLAG_SUPP_MOVED_MIGR |
                            EXCHGID4_FLAG_SUPP_FENCE_OPS | EXCHGID4_FLAG_BIND_PRINC_STATEID |
                            EXCHGID4_FLAG_MASK_PNFS | EXCHGID4_FLAG_UPD_CONFIRMED_REC_A;

nfsstat4 check(const Compound& c, const EXCHANGE_ID4args& a) {
  // "...the server MUST return NFS4ERR_INVAL": a flag that is a reply's, or that nobody knows; FENCE_OPS came
  // with 4.2 (RFC 7862 14.1).
  u32 known = kKnownFlags;
  if (c.minor < 2) known &= ~EXCHGID4_FLAG_SUPP_FENCE_OPS;
  if ((a.eia_flags & ~known) != 0) return NFS4ERR_INVAL;
  switch (a.eia_state_protect.spa_how) {
    case SP4_NONE:
      return NFS4_OK;
    case SP4_MACH_CRED:
      // The request would have to come with RPCSEC_GSS and integrity or privacy (RFC 8881 18.35.3).
      return NFS4ERR_INVAL;
    case SP4_SSV:
      // None of the algorithms offered is one of ours: there are none.
      return a.eia_state_protect.spa_ssv_parms.ssp_hash_algs.empty() ||
                     a.eia_state_protect.spa_ssv_parms.ssp_encr_algs.empty()
                 ? NFS4ERR_INVAL
                 : NFS4ERR_ENCR_ALG_UNSUPP;
  }
  return NFS4ERR_INVAL;
}

std::string implementation_of(const EXCHANGE_ID4args& a) {
  if (a.eia_client_impl_id.empty()) return {};
  const nfs_impl_id4& i = a.eia_client_impl_id[0];
  return fmt::format("{} {}", i.nii_domain.view(), i.nii_name.view());
}

}  // namespace

// RFC 8881 18.35
Async<EXCHANGE_ID4res> exchange_id(Compound& c, const EXCHANGE_ID4args& a) {
  State& state = *c.server.state;
  EXCHANGE_ID4res res{};
  if ((res.eir_status = check(c, a)) != NFS4_OK) return res;
  Ref<Client> client;
  u32 flags = 0;
  res.eir_status = state.clients.exchange_id(a, Principal::of(c.call), &client, &flags);
  if (res.eir_status != NFS4_OK) return res;

  EXCHANGE_ID4resok& ok = res.eir_resok4;
  ok.eir_clientid = client->id;
  {
    std::lock_guard lock(client->mutex);
    ok.eir_sequenceid = client->create_session.sequence + 1;
    client->implementation = implementation_of(a);
  }
  // No pNFS: RFC 8881 13.1 has a server say what it is even to a client that did not ask.
  ok.eir_flags = flags | EXCHGID4_FLAG_USE_NON_PNFS;
  ok.eir_state_protect.spr_how = SP4_NONE;
  // One server whatever address it is reached by: connections and client ids may be trunked (RFC
  // 8881 2.10.5).
  const Text identity = c.call.arena.copy(state.identity());
  ok.eir_server_owner = {0, {identity.data, identity.size}};
  ok.eir_server_scope = {identity.data, identity.size};
  auto* impl = c.call.arena.make<nfs_impl_id4>();
  *impl = {Text::of("dittofs.org"), Text::of("DittoFS"), {}};
  ok.eir_server_impl_id = {impl, 1};
  return res;
}

}  // namespace dfs::nfs4::ops
