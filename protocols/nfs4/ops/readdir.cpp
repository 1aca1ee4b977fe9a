#include "engine/fs/file_system.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/listing.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/pseudo.h"

namespace dfs::nfs4::ops {
namespace {

READDIR4res answer(const Compound& c, const Listing& list, bool complete) {
  READDIR4res res{};
  res.status = list.status(complete);
  if (res.status == NFS4_OK) res.resok4 = {cookie_verifier(c, c.current.place), list.reply(complete)};
  return res;
}

// Entries that are what the file system says they are: their attributes come with them.
struct Plain {
  Listing& list;
  AttrSource& source;

  bool operator()(std::string_view name, const fs::Dirent& d, const fs::Inode* node) {
    if (node != nullptr) {
      source.node = *node;
      source.place.node = {node->id, node->generation};
    }
    return list.add(name, d.cookie, source);
  }
};

Async<READDIR4res> list_plain(Compound& c, const READDIR4args& a, Listing* list, AttrSource* source) {
  const Place& dir = c.current.place;
  auto* visitor = c.call.arena.construct<Plain>(*list, *source);
  return then(dir.fs().readdir(dir.who, dir.node, a.cookie, !list->wanted().empty(), *visitor),
              [&c, list](const fs::ReadDirResult& r) {
                if (r.error != fs::FsError::ok)
                  return with_status<READDIR4res>(directory_status(r.error, r.dir));
                return answer(c, *list, r.eof);
              });
}

// Entries whose attributes are read one by one: exports are among them, or ACLs are asked for.
struct Found {
  std::string name;
  fs::Cookie cookie;
  fs::NodeRef node;
};

class Slow {
 public:
  Slow(Compound& c, const READDIR4args& a, Listing& list)
      : c_(c), a_(a), list_(list), dir_(c.current.place) {}

  Task<READDIR4res> run() {
    nfsstat4 status = NFS4_OK;
    if (dir_.object()) status = co_await list_files();
    if (status == NFS4_OK && complete_) status = co_await list_exports();
    co_return status == NFS4_OK ? answer(c_, list_, complete_) : with_status<READDIR4res>(status);
  }

 private:
  Task<nfsstat4> list_files() {
    std::vector<Found> found;
    u64 bytes = 0;
    bool skip = a_.cookie >= kExportCookie;
    auto visit = [&](std::string_view name, const fs::Dirent& d, const fs::Inode* node) {
      if (skip) return false;
      bytes += Listing::least(name);
      found.push_back({std::string(name), d.cookie, {node->id, node->generation}});
      return list_.could_hold(bytes);
    };
    // Behind the last file this only asks whether the directory may be read.
    const fs::ReadDirResult r =
        co_await dir_.fs().readdir(dir_.who, dir_.node, skip ? 0 : a_.cookie, true, visit);
    if (r.error != fs::FsError::ok) co_return directory_status(r.error, r.dir);
    complete_ = skip || r.eof;
    for (const Found& f : found) {
      Place place = junction(c_, dir_, f.name);
      const bool file = !place;
      if (file) {
        place = dir_;
        place.node = f.node;
      }
      const nfsstat4 status = co_await add(f.name, f.cookie, place, file);
      if (status != NFS4_OK || !fits_) co_return status;
    }
    co_return NFS4_OK;
  }

  // Exports (and directories on the way to them) that no entry of the directory makes room for, last.
  Task<nfsstat4> list_exports() {
    const auto number = pseudo_of(c_.server, dir_);
    if (!number) co_return NFS4_OK;
    const auto& children = c_.server.pseudo->at(*number).children;
    for (u32 i = 0; i < children.size(); ++i) {
      const nfs_cookie4 cookie = kExportCookie + i;
      const Place place = enter_pseudo(c_, children[i]);
      if (cookie <= a_.cookie || !place) continue;
      const std::string_view name = c_.server.pseudo->at(children[i]).name;
      if (dir_.object()) {
        const fs::LookupResult r = co_await dir_.fs().lookup(dir_.who, dir_.node, name);
        if (r.error == fs::FsError::ok) continue;
      }
      const nfsstat4 status = co_await add(name, cookie, place, false);
      if (status != NFS4_OK || !fits_) co_return status;
    }
    co_return NFS4_OK;
  }

  // vanishes: a file may be gone since it was listed, and is then no entry any more.
  Task<nfsstat4> add(std::string_view name, nfs_cookie4 cookie, Place place, bool vanishes) {
    const Gathered g = co_await gather(c_, place, list_.wanted());
    if (g.status == NFS4_OK) {
      fits_ = list_.add(name, cookie, *g.source);
    } else if (vanishes && g.status == NFS4ERR_STALE) {
      co_return NFS4_OK;
    } else if (list_.wanted().has(FATTR4_RDATTR_ERROR)) {
      fits_ = list_.add_failed(name, cookie, g.status);
    } else {
      co_return g.status;
    }
    complete_ = complete_ && fits_;
    co_return NFS4_OK;
  }

  Compound& c_;
  const READDIR4args& a_;
  Listing& list_;
  const Place dir_;
  bool complete_ = true;
  bool fits_ = true;
};

Task<READDIR4res> list_slow(Compound& c, const READDIR4args& a, Listing& list) {
  Slow slow(c, a, list);
  co_return co_await slow.run();
}

nfsstat4 check_cookie(const Compound& c, const READDIR4args& a) {
  // 0 begins; 1 and 2 are nobody's (RFC 8881 18.23.3).
  if (a.cookie != 0 && a.cookie < fs::kFirstCookie) return NFS4ERR_BAD_COOKIE;
  if (a.cookie != 0 && a.cookieverf != cookie_verifier(c, c.current.place)) return NFS4ERR_NOT_SAME;
  return NFS4_OK;
}

}  // namespace

// RFC 7530 16.24, RFC 8881 18.23
Async<READDIR4res> readdir(Compound& c, const READDIR4args& a) {
  static const AttrSet kOfStat = attrs_with(kStat), kOfAcl = attrs_with(kAcl);
  const Place& dir = c.current.place;
  auto* list = c.call.arena.construct<Listing>();
  const AttrSet wanted(a.attr_request);
  if (wanted.intersects(supported_attrs(c.minor) - readable_attrs(c.minor)))
    return with_status<READDIR4res>(NFS4ERR_INVAL);
  if (const nfsstat4 s = check_cookie(c, a); s != NFS4_OK) return with_status<READDIR4res>(s);
  if (const nfsstat4 s = list->open(c, a); s != NFS4_OK) return with_status<READDIR4res>(s);
  c.call.expect(std::min(a.maxcount, c.server.limits.io_size));
  const auto number = pseudo_of(c.server, dir);
  if (!dir.object() || wanted.intersects(kOfAcl) ||
      (number && !c.server.pseudo->at(*number).children.empty()))
    return list_slow(c, a, *list);
  if (!wanted.intersects(kOfStat)) {
    auto* source = c.call.arena.construct<AttrSource>(c, dir);
    source->facts = dir.fs().facts();
    return list_plain(c, a, list, source);
  }
  // The same for every entry: those of the directory.
  return then(gather(c, dir, wanted), [&c, &a, list](const Gathered& g) -> Async<READDIR4res> {
    if (g.status != NFS4_OK) return with_status<READDIR4res>(g.status);
    return list_plain(c, a, list, const_cast<AttrSource*>(g.source));
  });
}

}  // namespace dfs::nfs4::ops
