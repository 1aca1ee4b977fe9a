#pragma once

#include "engine/fs/promises.h"
#include "protocols/nfs4/state/directory_delegation.h"
#include "protocols/nfs4/state/directory_listing.h"

namespace dfs::nfs4 {

// Something that has happened to a directory or to what is in it.
struct DirectoryNews {
  enum class Kind : u8 { added, removed, renamed, child, directory };
  Kind kind;
  // The directory's change attribute; nothing of what happens to a child.
  u64 before = 0, after = 0;
  std::string name, new_name;
  fs::NodeRef node{};     // the entry's
  fs::Cookie cookie = 0;  // of a new entry
  AttrSet changed;        // attributes: of the child, or of the directory
  fs::Doer by = 0;

  bool of_directory() const { return kind != Kind::child; }
};

// What one client is told of it; its attributes are looked up when it is encoded.
struct DirectoryTidings {
  using Entry = DirectoryListing::Entry;
  nfs4_cb::notify_type4 type;
  Entry entry;                    // as it is; removed: as it was
  std::optional<Entry> before;    // renamed: as it was
  std::optional<Entry> old;       // what had the name
  std::optional<Entry> previous;  // the entry before it
  AttrSet attributes;             // that are told
};

// A directory some of whose delegations are told what happens to it. Everything changes under the mutex of
// DirectoryDelegations.
class DirectoryWatch : public Counted {
 public:
  explicit DirectoryWatch(state::FilePin f) : file(std::move(f)) {}

  const state::FilePin file;
  std::vector<Ref<DirectoryDelegation>> holders;
  std::vector<DirectoryNews> news;

  // The news up to this change attribute have been told, and are in the listing; `begun`: were there when
  // the watch began.
  u64 told = 0, begun = 0;
  bool known = false;     // told and begun, and the listing if there is one
  bool listed = false;    // there is a listing
  bool children = false;  // somebody wants to know of what is in it
  DirectoryListing listing;

  bool running = false;       // somebody tells them
  Nanos due = 0;              // when at the latest, while there are news
  std::atomic<u32> woken{0};  // changes when that has become sooner

  // The news that may be told now, in the order in which they happened (RFC 8881 20.4.3). While changes are
  // under way one of them may have happened before those that are known. False: something came too late.
  bool take_ready(bool changing, std::vector<DirectoryNews>* out);
};

}  // namespace dfs::nfs4
