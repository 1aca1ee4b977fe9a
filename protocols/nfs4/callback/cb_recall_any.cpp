#include "protocols/nfs4/callback/cb_recall_any.h"

namespace dfs::nfs4 {

void recall_any(Callbacks& callbacks, const Ref<Client>& client, u32 keep) {
  static constexpr u32 kMask[] = {1u << nfs4_cb::RCA4_TYPE_MASK_RDATA_DLG |
                                  1u << nfs4_cb::RCA4_TYPE_MASK_WDATA_DLG |
                                  1u << nfs4_cb::RCA4_TYPE_MASK_DIR_DLG};
  nfs4_cb::CB_RECALL_ANY4args a{};
  a.craa_objects_to_keep = keep;
  a.craa_type_mask = {kMask, 1};
  callbacks.send(client, CbOps().add(nfs4_cb::OP_CB_RECALL_ANY, a));
}

}  // namespace dfs::nfs4
