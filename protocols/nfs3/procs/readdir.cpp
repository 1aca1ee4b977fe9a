#include "protocols/nfs3/listing.h"
#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {
namespace {

// READDIR3resok without entries: dir_attributes, cookieverf, the list's end, eof.
constexpr u64 kFixed = 4 + 84 + 8 + 4 + 4;

struct Listing {
  rpc::Call& call;
  Collector<entry3> out;

  bool operator()(std::string_view name, const fs::Dirent& d, const fs::Inode*) {
    entry3* e = out.add(4 + 8 + wire_size(name) + 8);
    if (e == nullptr) return false;
    e->fileid = d.id.value;
    e->name = call.arena.copy(name);
    e->cookie = d.cookie;
    return true;
  }
};

}  // namespace

// RFC 1813 3.3.16
Async<READDIR3res> readdir(Nfs3& n, rpc::Call& call, const READDIR3args& a) {
  READDIR3res res{};
  const Place* p;
  if ((res.status = resolve(n, call, a.dir, &p)) != NFS3_OK) return res;
  if ((res.status = check_cookie(a.cookie, a.cookieverf, p->node)) != NFS3_OK) return res;
  // `count` bounds the whole READDIR3resok with its XDR overhead.
  auto* list = call.arena.construct<Listing>(call, Collector<entry3>(call, room(n, call, a.count, kFixed)));
  call.expect(std::min(a.count, n.limits_for(call).io_size));
  return then(p->fs().readdir(p->who, p->node, a.cookie, false, *list, true),
              [p, list](const fs::ReadDirResult& r) {
                READDIR3res res{};
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
