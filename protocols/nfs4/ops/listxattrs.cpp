#include "engine/wire/codec.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/xattr.h"

namespace dfs::nfs4::ops {
namespace {

// XDR of LISTXATTRS4resok without names: cookie, the array's length, eof. Number and status stand before it.
constexpr u64 kFixed = 8 + 4 + 4;
constexpr u64 kBefore = 8;

// Keys within lxa_maxcount, which counts the bytes of LISTXATTRS4resok, and within what the session lets through.
struct Keys {
  Compound& c;
  u64 room = 0;  // for names
  nfsstat4 too_small = NFS4ERR_TOOSMALL;
  fs::Cookie last = 0;
  xattrkey4* names = nullptr;
  u32 size = 0, capacity = 0;

  nfsstat4 open(u64 maxcount) {
    u64 most = maxcount;
    if (const u64 reply = c.room() > kBefore ? c.room() - kBefore : 0; reply < most) {
      too_small = c.reserve(kBefore + most);
      most = reply;
    }
    if (most < kFixed) return too_small;
    room = most - kFixed;
    return NFS4_OK;
  }

  bool operator()(std::string_view name, fs::Cookie cookie) {
    const u64 bytes = 4 + wire::padded(name.size());
    if (bytes > room) return false;
    if (size == capacity) {
      const u32 more = std::max<u32>(16, 2 * capacity);
      auto* grown = c.call.arena.make<xattrkey4>(more);
      if (grown == nullptr) return false;
      std::copy_n(names, size, grown);
      names = grown;
      capacity = more;
    }
    room -= bytes;
    names[size++] = c.call.arena.copy(name);
    last = cookie;
    return true;
  }
};

}  // namespace

// RFC 8276 8.4.3
Async<LISTXATTRS4res> listxattrs(Compound& c, const LISTXATTRS4args& a) {
  const Place& p = c.current.place;
  if (const nfsstat4 s = check_xattrs(p); s != NFS4_OK) return with_status<LISTXATTRS4res>(s);
  auto* keys = c.call.arena.construct<Keys>(c);
  if (const nfsstat4 s = keys->open(a.lxa_maxcount); s != NFS4_OK) return with_status<LISTXATTRS4res>(s);
  keys->last = a.lxa_cookie;
  return then(p.fs().listxattrs(p.who, p.node, a.lxa_cookie, *keys), [keys](const fs::ListXattrResult& r) {
    LISTXATTRS4res res{};
    res.lxr_status = xattr_status(r.error);
    if (res.lxr_status == NFS4_OK && keys->size == 0 && !r.eof) res.lxr_status = keys->too_small;
    if (res.lxr_status == NFS4_OK) res.lxr_value = {keys->last, {keys->names, keys->size}, r.eof};
    return res;
  });
}

}  // namespace dfs::nfs4::ops
