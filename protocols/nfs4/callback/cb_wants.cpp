#include "protocols/nfs4/callback/cb_wants.h"

namespace dfs::nfs4 {

void signal_available(Callbacks& callbacks, const Ref<Client>& client, u32 may_have) {
  static constexpr u32 kMask[] = {1u << nfs4_cb::RCA4_TYPE_MASK_RDATA_DLG |
                                  1u << nfs4_cb::RCA4_TYPE_MASK_WDATA_DLG};
  nfs4_cb::CB_RECALLABLE_OBJ_AVAIL4args a{};
  a.craa_objects_to_keep = may_have;
  a.craa_type_mask = {kMask, 1};
  callbacks.send(client, CbOps().add(nfs4_cb::OP_CB_RECALLABLE_OBJ_AVAIL, a));
}

void cancel_wants(Callbacks& callbacks, const Ref<Client>& client, bool contended, bool resourced) {
  nfs4_cb::CB_WANTS_CANCELLED4args a{};
  a.cwca_contended_wants_cancelled = contended;
  a.cwca_resourced_wants_cancelled = resourced;
  callbacks.send(client, CbOps().add(nfs4_cb::OP_CB_WANTS_CANCELLED, a));
}

}  // namespace dfs::nfs4
