#include "protocols/nfs3/listing.h"
#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {
namespace {

// READDIRPLUS3resok without entries: dir_attributes, cookieverf, the list's end, eof.
constexpr u64 kFixed = 4 + 84 + 8 + 4 + 4;
// name_attributes and name_handle of one entry.
constexpr u64 kPlus = 4 + 84 + 4 + 4 + fs::kHandleSize;

struct Listing {
  Nfs3& n;
  rpc::Call& call;
  const Place& place;
  Collector<entryplus3> out;
  u64 dir_room;  // dircount: bytes of names, cookies and ids, without attributes and handles

  bool operator()(std::string_view name, const fs::Dirent& d, const fs::Inode* node) {
    const u64 plain = 4 + 8 + wire_size(name) + 8;
    if (plain > dir_room) return false;
    // An entry whose object cannot be read is listed all the same, without attributes and handle.
    entryplus3* e = out.add(plain + (node != nullptr ? kPlus : 8));
    if (e == nullptr) return false;
    dir_room -= plain;
    e->fileid = d.id.value;
    e->name = call.arena.copy(name);
    e->cookie = d.cookie;
    if (node == nullptr) return true;
    e->name_attributes = attrs(place, *node);
    e->name_handle.handle_follows = true;
    e->name_handle.handle = handle_of(n, call, place, {node->id, node->generation});
    return true;
  }
};

}  // namespace

// RFC 1813 3.3.17
Async<READDIRPLUS3res> readdirplus(Nfs3& n, rpc::Call& call, const READDIRPLUS3args& a) {
  READDIRPLUS3res res{};
  const Place* p;
  if ((res.status = resolve(n, call, a.dir, &p)) != NFS3_OK) return res;
  if ((res.status = check_cookie(a.cookie, a.cookieverf, p->node)) != NFS3_OK) return res;
  // `maxcount` bounds the whole READDIRPLUS3resok, `dircount` the directory's own part of it.
  auto* list = call.arena.construct<Listing>(
      n, call, *p, Collector<entryplus3>(call, room(n, call, a.maxcount, kFixed)), u64{a.dircount});
  call.expect(std::min(a.maxcount, n.limits_for(call).io_size));
  return then(p->fs().readdir(p->who, p->node, a.cookie, true, *list, true),
              [p, list](const fs::ReadDirResult& r) {
                READDIRPLUS3res res{};
                res.status = listing_status(r, list->out.empty());
                if (res.status != NFS3_OK) {
                  res.resfail.dir_attributes = attrs(*p, r.dir, r.dir_known);
                  return res;
                }
                res.resok.dir_attributes = attrs(*p, r.dir, r.dir_known);
                res.resok.cookieverf = cookie_verifier(p->node);
                res.resok.reply = {list->out.entries(), r.eof};
                return res;
              });
}

}  // namespace dfs::nfs3
