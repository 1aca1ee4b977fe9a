#include "protocols/nfs4/callback/cb_notify.h"

#include "protocols/nfs4/attrs/encode.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {
namespace {

using namespace nfs4_cb;
using Entry = DirectoryTidings::Entry;

notify_entry4 bare(const Entry& e) { return {Text::of(e.name), {}}; }

notify_remove4 gone(const Entry& e) { return {bare(e), nfs_cookie4{e.cookie}}; }

// An entry of a directory is added behind all others: its cookie is the largest.
struct Added {
  notify_remove4 old;
  nfs_cookie4 cookie;
  prev_entry4 previous;

  notify_add4 of(const DirectoryTidings& t, const notify_entry4& entry) {
    notify_add4 out{};
    if (t.old) {
      old = gone(*t.old);
      out.nad_old_entry = {&old, 1};
    }
    out.nad_new_entry = entry;
    cookie = nfs_cookie4{t.entry.cookie};
    out.nad_new_entry_cookie = {&cookie, 1};
    if (t.previous) {
      previous = {bare(*t.previous), nfs_cookie4{t.previous->cookie}};
      out.nad_prev_entry = {&previous, 1};
    }
    out.nad_last_entry = true;
    return out;
  }
};

template <class T>
std::string encoded(const T& value) {
  return wire::encode_to_string([&](wire::Writer& w) { encode(w, value); });
}

std::string value_of(const DirectoryTidings& t, const fattr4& attrs) {
  const notify_entry4 entry{Text::of(t.entry.name), attrs};
  Added added;
  switch (t.type) {
    case NOTIFY4_ADD_ENTRY:
      return encoded(added.of(t, entry));
    case NOTIFY4_REMOVE_ENTRY:
      return encoded(gone(t.entry));
    case NOTIFY4_RENAME_ENTRY:
      return encoded(notify_rename4{gone(*t.before), added.of(t, entry)});
    case NOTIFY4_CHANGE_CHILD_ATTRS:
    case NOTIFY4_CHANGE_DIR_ATTRS:
      return encoded(notify_attr4{entry});
    case NOTIFY4_CHANGE_COOKIE_VERIFIER:  // is not offered: it changes with the exports, and those stay
      break;
  }
  return {};
}

}  // namespace

Task<DirectoryDelegation::Notice> notice_of(const Nfs4& server, const DirectoryDelegation& d,
                                            const DirectoryTidings& t) {
  Arena arena(1u << 20);
  std::forward_list<fs::Acls> acls;
  const AttrReader reader(server, d.minor, arena, acls);
  fattr4 attrs{};
  if (!t.attributes.empty()) {
    Place place = d.place();
    place.node = t.entry.node;
    Async<Gathered> gathering = gather(reader, place, t.attributes);
    const Gathered g = co_await gathering;
    if (g.status == NFS4_OK) attrs = to_fattr(*g.source, t.attributes);
  }
  co_return DirectoryDelegation::Notice{t.type, value_of(t, attrs)};
}

CbOps cb_notify(State& state, const DirectoryDelegation& d,
                std::span<const DirectoryDelegation::Notice> notices) {
  std::vector<u32> masks;
  std::vector<notify4> changes;
  masks.reserve(notices.size());
  for (const DirectoryDelegation::Notice& n : notices) {
    masks.push_back(1u << n.type);
    changes.push_back({{&masks.back(), 1}, Bytes::of(n.value)});
  }
  CB_NOTIFY4args a{};
  ReferringCall given_by;
  {
    std::lock_guard lock(d.file->mutex());
    a.cna_stateid = d.stateid();
    given_by = d.given_by;
  }
  a.cna_fh = Bytes{d.handle.data(), fs::kHandleSize};
  a.cna_changes = {changes.data(), static_cast<u32>(changes.size())};
  return std::move(CbOps().add(OP_CB_NOTIFY, a).about(given_by, state));
}

}  // namespace dfs::nfs4
