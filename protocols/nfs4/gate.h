#pragma once

#include "protocols/nfs4/op_table.h"

namespace dfs::nfs4 {

// What decides whether an operation may run where it stands.
struct GateInput {
  const OpRow* op = nullptr;  // null: the minor version has no such operation
  u32 minor = 0;
  u32 index = 0, count = 1;  // of the operation in the COMPOUND
  bool sequenced = false;    // a SEQUENCE went before
  bool has_current = false, has_saved = false;
};

// NFS4_OK, or the status the operation is refused with whatever its arguments are: OP_ILLEGAL, NOTSUPP,
// SEQUENCE_POS, OP_NOT_IN_SESSION, NOT_ONLY_OP, NOFILEHANDLE. Pure.
nfsstat4 gate(const GateInput& in);

}  // namespace dfs::nfs4
