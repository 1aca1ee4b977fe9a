#include "protocols/nfs4/attrs/changed.h"

#include "protocols/nfs4/attrs/table.h"
#include "protocols/nfs4/op_table.h"

namespace dfs::nfs4 {

const AttrSet& noticed_attrs(u32 minor) {
  static const auto kSets = [] {
    std::array<AttrSet, kMaxMinor + 1> sets{};
    for (u32 m = 0; m <= kMaxMinor; ++m) {
      for (const AttrRow& row : all_attrs())
        if (row.scope == AttrScope::object) sets[m].add(row.number);
      sets[m] = (sets[m] & readable_attrs(m)) - AttrSet{FATTR4_RDATTR_ERROR, FATTR4_TIME_ACCESS};
    }
    return sets;
  }();
  return kSets[minor];
}

AttrSet changed_attrs(const fs::Change& object) {
  if (!object.known) return noticed_attrs(kMaxMinor);
  const fs::Inode &a = object.before, &b = object.after;
  AttrSet out;
  const auto differs = [&](u32 number, bool yes) {
    if (yes) out.add(number);
  };
  const auto same_time = [](const WallTime& x, const WallTime& y) {
    return x.sec == y.sec && x.nsec == y.nsec;
  };
  differs(FATTR4_CHANGE, a.change != b.change);
  differs(FATTR4_SIZE, a.size != b.size);
  differs(FATTR4_SPACE_USED, a.space_used != b.space_used);
  differs(FATTR4_NUMLINKS, a.nlink != b.nlink);
  differs(FATTR4_MODE, a.mode != b.mode);
  differs(FATTR4_OWNER, a.uid != b.uid);
  differs(FATTR4_OWNER_GROUP, a.gid != b.gid);
  differs(FATTR4_TIME_MODIFY, !same_time(a.mtime, b.mtime));
  differs(FATTR4_TIME_METADATA, !same_time(a.ctime, b.ctime));
  differs(FATTR4_TIME_CREATE, !same_time(a.btime, b.btime));
  // An ACL that follows from the mode changes with it; one that was set may have changed with anything.
  if (a.mode != b.mode || a.has_acl || b.has_acl)
    for (u32 number : {FATTR4_ACL, FATTR4_DACL, FATTR4_SACL}) out.add(number);
  return out;
}

}  // namespace dfs::nfs4
