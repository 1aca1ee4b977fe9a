#pragma once

#include <algorithm>
#include <deque>

#include "engine/state/claims.h"
#include "protocols/nfs4/attrs/attr_set.h"
#include "protocols/nfs4/nfs4_cb.h"
#include "protocols/nfs4/place.h"
#include "protocols/nfs4/state/delegation.h"

namespace dfs::nfs4 {

// Of what the client of a directory delegation is told, instead of being asked to give it back (RFC
// 8881 18.39.3).
struct DirectoryNotices {
  u32 types = 0;                         // 1 << notify_type4
  AttrSet child, own;                    // attributes of entries, and of the directory, that it wants
  Nanos child_delay = 0, own_delay = 0;  // within which it wants to be told

  bool has(nfs4_cb::notify_type4 t) const { return (types >> t & 1) != 0; }
  // Of entries: the directory's listing has to be known.
  bool entries() const {
    return has(nfs4_cb::NOTIFY4_ADD_ENTRY) || has(nfs4_cb::NOTIFY4_REMOVE_ENTRY) ||
           has(nfs4_cb::NOTIFY4_RENAME_ENTRY) || has(nfs4_cb::NOTIFY4_CHANGE_CHILD_ATTRS);
  }
  // DirectoryChanges that need no recall. A change of attributes that the client has not asked for is noticed
  // by the attribute `change`, if it has asked for that.
  u8 told() const {
    u8 out = 0;
    if (has(nfs4_cb::NOTIFY4_ADD_ENTRY)) out |= state::kEntryAdded;
    if (has(nfs4_cb::NOTIFY4_REMOVE_ENTRY)) out |= state::kEntryRemoved;
    if (has(nfs4_cb::NOTIFY4_RENAME_ENTRY)) out |= state::kEntryRenamed;
    if (has(nfs4_cb::NOTIFY4_CHANGE_DIR_ATTRS) && own.has(FATTR4_CHANGE)) out |= state::kDirectoryAttributes;
    return out;
  }
};

// A client's delegation of a directory (RFC 8881 10.9).
class DirectoryDelegation final : public Delegation {
 public:
  DirectoryDelegation(Ref<StateOwner> owner, state::FilePin file, const Place& dir, const Principal& opener,
                      const fs::HandleBytes& handle, u32 minor, const DirectoryNotices& notices)
      : Delegation(std::move(owner), std::move(file), {}, dir.node, opener, false, handle, {}),
        minor(minor),
        notices(notices),
        place_(dir),
        groups_(dir.who.groups.begin(), dir.who.groups.end()) {
    place_.who.groups = groups_;
  }

  DelegationType type() const override { return DelegationType::directory; }

  const u32 minor;
  const DirectoryNotices notices;
  // As who asked for it may use it.
  const Place& place() const { return place_; }

  // A value of CB_NOTIFY, encoded.
  struct Notice {
    nfs4_cb::notify_type4 type;
    std::string value;
  };

  // changes under the mutex of DirectoryDelegations
  u64 since = 0;  // the directory's change attribute when the client got it: what came before is no news
  std::deque<Notice> unsent;
  bool sending = false;
  bool lost = false;  // it was not told something, so it is recalled, and told nothing any more

 private:
  Place place_;
  std::vector<u32> groups_;
};

}  // namespace dfs::nfs4
