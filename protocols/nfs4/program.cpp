#include "protocols/nfs4/program.h"

#include "protocols/nfs4/compound.h"
#include "protocols/nfs4/pseudo.h"
#include "protocols/nfs4/state/state.h"
#include "protocols/rpc/message_edit.h"

namespace dfs::nfs4 {
namespace {

Async<rpc::Void> null(Nfs4&, rpc::Call&, const rpc::Void&) { return rpc::Void{}; }

}  // namespace

Nfs4::Nfs4(const fs::ExportTable& e, const fs::HandleSealer& h, Clock& c, Random& r, fault::Registry& f,
           Trace& t, rpc::DuplicateRequestCache& d, const Limits& l)
    : exports(e),
      sealer(h),
      clock(c),
      random(r),
      faults(f),
      trace(t),
      drc(d),
      limits(l),
      pseudo(std::make_unique<Pseudo>(e, c.wall())) {
  state = std::make_unique<State>(*this);
}
Nfs4::~Nfs4() = default;

rpc::Program program(Nfs4& n) {
  rpc::Program p{NFS4_PROGRAM, NFS_V4,
                 "nfs4",       {},
                 &n,           fault::Point::nfs4_proc_enter,
                 false,        fault::Point::nfs4_proc_enter};
  // RFC 7530 3.1, RFC 8881 2.9.1: only over transports that control congestion.
  p.stream_only = true;
  p.schema = &schema;
  p.procedures.push_back(
      {NFSPROC4_NULL, "NULL", false, false, rpc::serve<Nfs4, rpc::Void, rpc::Void, null>, nullptr});
  std::vector<fault::Detail> operations;
  for (const wire::OpDesc& op : nfs_argop4_ops) operations.push_back(rpc::fault_detail(op.name, op.result));
  n.faults.declare_details(fault::Point::nfs4_op_enter, operations);
  n.faults.declare_details(fault::Point::nfs4_op_leave, operations);
  std::vector<std::string> callbacks{"CB_NULL"};
  for (u32 op = 0; op <= nfs4_cb::OP_CB_OFFLOAD; ++op)
    if (const char* name = cb_op_name(op)) callbacks.emplace_back(name);
  n.faults.declare_names(fault::Point::nfs4_cb_send, callbacks);
  n.faults.declare_names(fault::Point::nfs4_cb_reply, callbacks);
  // Replays are the slots' business, and in 4.0 that of owners and of the COMPOUND: the checksum of every
  // READ would be dear.
  p.procedures.push_back({NFSPROC4_COMPOUND, "COMPOUND", false, false, serve_compound, nullptr});
  return p;
}

}  // namespace dfs::nfs4
