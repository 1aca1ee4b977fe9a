#include "protocols/nfs4/pseudo.h"

#include "protocols/nfs4/attrs/attr_set.h"
#include "protocols/nfs4/tests/world.h"

using namespace dfs;
using namespace dfs::nfs4;
using namespace dfs::nfs4::test;

namespace {

const AttrSet kFsid{FATTR4_FSID};

std::string values(const Reply& r, u32 i) { return r[i].opgetattr->resok4.obj_attributes.attr_vals.str(); }

// The names of a listing, with what one attribute of each entry is.
std::vector<std::pair<std::string, std::string>> list(World& w, Ops ops, const AttrSet& set,
                                                      u32 maxcount = 4096) {
  std::vector<std::pair<std::string, std::string>> out;
  READDIR4args args{0, {}, 0, maxcount, {}};
  Arena arena;
  args.attr_request = set.bitmap(arena);
  for (bool eof = false; !eof;) {
    Ops all = ops;
    const Reply r = w.compound(0, all.add(OP_READDIR, args));
    REQUIRE(r.status() == NFS4_OK);
    const READDIR4resok& ok = r[r.size() - 1].opreaddir->resok4;
    for (const entry4& e : ok.reply.entries) {
      out.emplace_back(e.name.str(), e.attrs.attr_vals.str());
      CHECK(e.cookie > args.cookie);
      args.cookie = e.cookie;
    }
    args.cookieverf = ok.cookieverf;
    eof = ok.reply.eof;
  }
  return out;
}

std::vector<std::string> names(World& w, const Ops& ops, u32 maxcount = 4096) {
  std::vector<std::string> out;
  for (const auto& [name, attr] : list(w, ops, {}, maxcount)) out.push_back(name);
  return out;
}

Ops root() { return Ops().add(OP_PUTROOTFH); }

}  // namespace

TEST_CASE("exports at their paths", "[nfs4]") {
  World w({"/a", "/b/c", "/b/d/e"});
  CHECK(names(w, root()) == std::vector<std::string>{"a", "b"});
  CHECK(names(w, root().lookup("b")) == std::vector<std::string>{"c", "d"});
  CHECK(names(w, root(), 32 + 12) == std::vector<std::string>{"a", "b"});  // one entry a reply
  const Reply r = w.compound(0, root().getattr(kFsid).lookup("b").getattr(kFsid).lookup("c").getattr(kFsid));
  REQUIRE(r.status() == NFS4_OK);
  CHECK(values(r, 1) == std::string(16, '\0'));
  CHECK(values(r, 3) == values(r, 1));
  CHECK(values(r, 5) != values(r, 1));
  CHECK(w.compound(0, root().lookup("c")).status() == NFS4ERR_NOENT);
  CHECK(w.compound(0, root().add(OP_LOOKUPP)).status() == NFS4ERR_NOENT);
  // Back out of an export.
  const Reply up = w.compound(0, root()
                                     .lookup("b")
                                     .add(OP_GETFH)
                                     .lookup("c")
                                     .add(OP_LOOKUPP)
                                     .add(OP_GETFH)
                                     .add(OP_LOOKUPP)
                                     .add(OP_GETFH));
  REQUIRE(up.status() == NFS4_OK);
  CHECK(up[2].opgetfh->resok4.object == up[5].opgetfh->resok4.object);
  // A listing shows what is behind a name, and mounted_on_fileid what is under it.
  const auto fsids = list(w, root(), kFsid);
  CHECK(fsids[0].second == values(w.compound(0, root().lookup("a").getattr(kFsid)), 2));
  const AttrSet on{FATTR4_MOUNTED_ON_FILEID}, id{FATTR4_FILEID};
  CHECK(list(w, root(), on)[0].second == values(w.compound(0, root().lookup("a").getattr(on)), 2));
  CHECK(list(w, root(), on)[0].second != list(w, root(), id)[0].second);
  CHECK(list(w, root(), on)[1].second == list(w, root(), id)[1].second);  // "b" is of this file system
}

TEST_CASE("an export at the root", "[nfs4]") {
  World w({"/", "/a/b"});
  const fs::Credential who{0, 0, {}};
  run_blocking(w.fs().mkdir(who, w.fs().root(), "file system", {}));
  CHECK(names(w, root()) == std::vector<std::string>{"file system", "a"});
  CHECK(names(w, root().lookup("a")) == std::vector<std::string>{"b"});
  CHECK(w.compound(0, root().add(OP_LOOKUPP)).status() == NFS4ERR_NOENT);
  const Reply r = w.compound(
      0, root().add(OP_GETFH).lookup("a").lookup("b").add(OP_LOOKUPP).add(OP_LOOKUPP).add(OP_GETFH));
  REQUIRE(r.status() == NFS4_OK);
  CHECK(r[1].opgetfh->resok4.object == r[6].opgetfh->resok4.object);
}

TEST_CASE("an export below another", "[nfs4]") {
  World w({"/a", "/a/x/y"});
  const fs::Credential who{0, 0, {}};
  for (const char* name : {"f", "x", "z"}) run_blocking(w.fs(0).mkdir(who, w.fs(0).root(), name, {}));
  run_blocking(w.fs(1).mkdir(who, w.fs(1).root(), "inside", {}));
  // "x" is covered where it is; nothing is listed twice, however small the replies are.
  for (u32 maxcount : {4096u, 16u + 24u + 4u}) {
    CHECK(names(w, root().lookup("a"), maxcount) == std::vector<std::string>{"f", "x", "z"});
    CHECK(names(w, root().lookup("a").lookup("x"), maxcount) == std::vector<std::string>{"y"});
  }
  CHECK(names(w, root().lookup("a").lookup("x").lookup("y")) == std::vector<std::string>{"inside"});
  run_blocking(w.fs(0).remove_any(who, w.fs(0).root(), "x"));
  for (u32 maxcount : {4096u, 16u + 24u + 4u})
    CHECK(names(w, root().lookup("a"), maxcount) == std::vector<std::string>{"f", "z", "x"});
  // The name is taken, and stays.
  CHECK(w.compound(0, root().lookup("a").add(OP_REMOVE, REMOVE4args{Text::of("x")})).status() ==
        NFS4ERR_FILE_OPEN);
  CREATE4args create{};
  create.objtype.type = NF4DIR;
  create.objname = Text::of("x");
  CHECK(w.compound(0, root().lookup("a").add(OP_CREATE, create)).status() == NFS4ERR_EXIST);
  const RENAME4args away{Text::of("x"), Text::of("w")}, onto{Text::of("f"), Text::of("x")};
  CHECK(w.compound(0, root().lookup("a").add(OP_SAVEFH).add(OP_RENAME, away)).status() == NFS4ERR_XDEV);
  CHECK(w.compound(0, root().lookup("a").add(OP_SAVEFH).add(OP_RENAME, onto)).status() == NFS4ERR_XDEV);
  // Out again, through the outer export.
  const Reply r = w.compound(
      0,
      root().lookup("a").add(OP_GETFH).lookup("x").lookup("y").add(OP_LOOKUPP).add(OP_LOOKUPP).add(OP_GETFH));
  REQUIRE(r.status() == NFS4_OK);
  CHECK(r[2].opgetfh->resok4.object == r[7].opgetfh->resok4.object);
}

TEST_CASE("who may not use an export does not see it", "[nfs4]") {
  World w({"/a", "/b/c"});
  const auto hide = [&](size_t i) {
    const_cast<fs::Export&>(*w.exports.all()[i]).rules[0].clients = *IpNetwork::parse("198.51.100.0/24");
  };
  const Reply before = w.compound(0, root().lookup("b").add(OP_GETFH).lookup("c").add(OP_GETFH));
  REQUIRE(before.status() == NFS4_OK);
  hide(1);
  CHECK(names(w, root()) == std::vector<std::string>{"a"});
  CHECK(w.compound(0, root().lookup("b")).status() == NFS4ERR_NOENT);
  for (u32 i : {2u, 4u}) {
    const PUTFH4args put{before[i].opgetfh->resok4.object};
    CHECK(w.compound(0, Ops().add(OP_PUTFH, put)).status() == NFS4ERR_STALE);
  }
  hide(0);
  CHECK(names(w, root()).empty());
}

TEST_CASE("handles of the pseudo file system are the same after a restart", "[nfs4]") {
  std::string first;
  for (const std::vector<std::string>& paths :
       {std::vector<std::string>{"/a/b"}, {"/z", "/a/b"}, {"/a/b/c", "/a/b"}}) {
    World w(paths);
    const Reply r = w.compound(0, root().lookup("a").add(OP_GETFH));
    REQUIRE(r.status() == NFS4_OK);
    const std::string handle = r[2].opgetfh->resok4.object.str();
    if (first.empty()) first = handle;
    CHECK(handle == first);
    std::string forged = handle;
    forged[20] ^= 1;
    CHECK(w.compound(0, Ops().add(OP_PUTFH, PUTFH4args{Bytes::of(forged)})).status() == NFS4ERR_BADHANDLE);
  }
  World w({"/other"});
  CHECK(w.compound(0, Ops().add(OP_PUTFH, PUTFH4args{Bytes::of(first)})).status() == NFS4ERR_STALE);
}

TEST_CASE("the pseudo file system is read-only", "[nfs4]") {
  World w({"/a/b"});
  CREATE4args create{};
  create.objtype.type = NF4DIR;
  create.objname = Text::of("new");
  CHECK(w.compound(0, root().add(OP_CREATE, create)).status() == NFS4ERR_ROFS);
  CHECK(w.compound(0, root().add(OP_REMOVE, REMOVE4args{Text::of("a")})).status() == NFS4ERR_ROFS);
  const RENAME4args rename{Text::of("a"), Text::of("b")};
  CHECK(w.compound(0, root().add(OP_SAVEFH).add(OP_RENAME, rename)).status() == NFS4ERR_ROFS);
  const Reply r = w.compound(0, root().add(OP_ACCESS, ACCESS4args{0x3f}).getattr({FATTR4_MODE}));
  REQUIRE(r.status() == NFS4_OK);
  CHECK(r[1].opaccess->resok4.access == (ACCESS4_READ | ACCESS4_LOOKUP));
  CHECK(values(r, 2) == std::string("\0\0\1\x6d", 4));  // 0555
}
