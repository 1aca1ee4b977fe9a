#pragma once

#include <memory>
#include <optional>

#include "protocols/nfs4/attrs/attr_set.h"
#include "protocols/nfs4/place.h"
#include "protocols/nfs4/state/opens.h"
#include "protocols/nfs4/state/recovery.h"

namespace dfs::nfs4::ops {

// One OPEN on its way: the file is found or made, held, looked at, opened, and at last cut to its size.
struct OpenCall {
  OpenCall(Compound& c, const OPEN4args& a, const Ref<StateOwner>& owner) : c(c), a(a), owner(owner) {}

  Compound& c;
  const OPEN4args& a;
  const Ref<StateOwner> owner;

  state::ShareMode mode;
  u8 allowed = 0;           // what the caller may do with the file that was found, whatever he opens it for
  fs::SetAttr attr;         // of a new file
  std::optional<u64> size;  // that the create asked for
  AttrSet asked;
  u32 applied = 0;  // SetAttrPart
  Place file;
  fs::Inode as_found{};
  bool created = false;
  change_info4 cinfo{};
  Ref<FileHold> hold;
  Ref<Delegation> delegation;  // by which the file is claimed
  u32 tries = 0;

  bool creating() const { return a.openhow.opentype == OPEN4_CREATE; }
  createmode4 how() const { return a.openhow.how.mode; }
  bool reclaims() const { return a.claim.claim == CLAIM_PREVIOUS; }
  // By a delegation of an earlier incarnation of the client.
  bool inherits() const {
    return a.claim.claim == CLAIM_DELEGATE_PREV || a.claim.claim == CLAIM_DELEG_PREV_FH;
  }
  Taking taking() const {
    if (reclaims()) return Taking::reclaim;
    return inherits() || a.claim.claim == CLAIM_DELEGATE_CUR || a.claim.claim == CLAIM_DELEG_CUR_FH
               ? Taking::delegated
               : Taking::anew;
  }
  bool exclusive() const { return how() == EXCLUSIVE4 || how() == EXCLUSIVE4_1; }
};
using CallPtr = std::unique_ptr<OpenCall>;

}  // namespace dfs::nfs4::ops
