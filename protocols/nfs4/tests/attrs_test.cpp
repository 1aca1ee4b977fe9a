#include "protocols/nfs4/attrs/acl.h"
#include "protocols/nfs4/attrs/compare.h"
#include "protocols/nfs4/attrs/decode.h"
#include "protocols/nfs4/attrs/encode.h"
#include "protocols/nfs4/tests/world.h"

using namespace dfs;
using namespace dfs::nfs4;
using namespace dfs::nfs4::test;

namespace {

// A COMPOUND that only lends its arena and its caller.
struct Lent {
  World world;
  rpc::Call call{world.loop};
  std::optional<Compound> compound;

  explicit Lent(u32 minor) {
    call.transport = &world.peer;
    compound.emplace(*world.nfs4, call);
    compound->minor = minor;
    compound->current.place.kind = Place::Kind::pseudo;
  }
  ~Lent() { compound.reset(); }

  Place root() {
    Place p;
    p.kind = Place::Kind::object;
    p.ex = world.exports.all()[0].get();
    p.rule = &p.ex->rules[0];
    p.who = {0, 0, {}};
    p.node = world.fs().root();
    return p;
  }
  nfsstat4 set(const AttrSet& asked, const std::string& values, fs::SetAttr* out,
               Target target = Target::present) {
    AttrSet seen;
    const nfsstat4 s = decode_settable(
        *compound, {asked.bitmap(call.arena), Bytes::of(call.arena.copy(values).view())}, target, out, &seen);
    CHECK(seen == asked);
    return s;
  }
};

template <class F>
std::string xdr(F&& encode) {
  return wire::encode_to_string(std::forward<F>(encode));
}
std::string u64s(u64 v) {
  return xdr([&](wire::Writer& w) { w.u64(v); });
}
std::string u32s(std::initializer_list<u32> values) {
  return xdr([&](wire::Writer& w) {
    for (u32 v : values) w.u32(v);
  });
}
std::string text(std::string_view v) {
  return xdr([&](wire::Writer& w) { w.text(Text::of(v)); });
}

}  // namespace

TEST_CASE("a set of attributes and its bitmap", "[nfs4]") {
  Arena arena;
  CHECK(AttrSet{}.bitmap(arena).size == 0);
  CHECK(AttrSet{31}.bitmap(arena).size == 1);
  CHECK(AttrSet{32}.bitmap(arena).size == 2);
  CHECK(AttrSet{95}.bitmap(arena).size == 3);
  const u32 words[] = {2, 0, 0, 0, 0};
  CHECK(AttrSet(bitmap4{words, 5}) == AttrSet{1});
  CHECK_FALSE(AttrSet(bitmap4{words, 5}).unknown());
  const u32 far[] = {2, 0, 0, 1};
  CHECK(AttrSet(bitmap4{far, 4}).unknown());
  CHECK_FALSE(AttrSet(bitmap4{far, 4}).within(AttrSet{1}));
  CHECK(AttrSet{1, 40, 86}.within(AttrSet{1, 2, 40, 86}));
  std::vector<u32> order;
  AttrSet{86, 0, 31, 32, 64}.each([&](u32 n) {
    order.push_back(n);
    return true;
  });
  CHECK(order == std::vector<u32>{0, 31, 32, 64, 86});
}

TEST_CASE("the table of attributes", "[nfs4]") {
  u32 last = 0;
  for (const AttrRow& row : all_attrs()) {
    CAPTURE(row.name);
    CHECK((row.number > last || row.number == 0));
    last = row.number;
    CHECK(find_attr(row.number) == &row);
    CHECK((row.put != nullptr || row.take != nullptr));
  }
  // RFC 8881 5.6: REQUIRED ones.
  for (u32 minor = 0; minor <= kMaxMinor; ++minor) {
    AttrSet required{FATTR4_SUPPORTED_ATTRS, FATTR4_TYPE,       FATTR4_FH_EXPIRE_TYPE,
                     FATTR4_CHANGE,          FATTR4_SIZE,       FATTR4_LINK_SUPPORT,
                     FATTR4_SYMLINK_SUPPORT, FATTR4_NAMED_ATTR, FATTR4_FSID,
                     FATTR4_UNIQUE_HANDLES,  FATTR4_LEASE_TIME, FATTR4_RDATTR_ERROR,
                     FATTR4_FILEHANDLE};
    if (minor > 0) required.add(FATTR4_SUPPATTR_EXCLCREAT);
    CHECK(required.within(readable_attrs(minor)));
    // No attribute of a later minor version.
    const u32 first_later[] = {56, 77, 96};
    supported_attrs(minor).each([&](u32 n) {
      CHECK(n < first_later[minor]);
      return true;
    });
    CHECK((readable_attrs(minor) | writable_attrs(minor)) == supported_attrs(minor));
  }
}

TEST_CASE("what is given is in order, whole, and as its type says", "[nfs4]") {
  for (u32 minor = 0; minor <= kMaxMinor; ++minor) {
    Lent lent(minor);
    const Gathered g = run_blocking(gather(*lent.compound, lent.root(), readable_attrs(minor)));
    REQUIRE(g.status == NFS4_OK);
    // Each alone, which its type must read to its end.
    std::string together;
    readable_attrs(minor).each([&](u32 n) {
      CAPTURE(minor, find_attr(n)->name);
      const fattr4 one = to_fattr(*g.source, AttrSet{n});
      CHECK(AttrSet(one.attrmask) == AttrSet{n});
      wire::Reader r(one.attr_vals.data, one.attr_vals.size, lent.call.arena);
      CHECK(find_attr(n)->skip(r));
      CHECK(r.finish());
      together += one.attr_vals.view();
      return true;
    });
    const fattr4 all = to_fattr(*g.source, readable_attrs(minor));
    CHECK(all.attr_vals.view() == together);
    CHECK(AttrSet(all.attrmask) == readable_attrs(minor));
    // What cannot be asked for or is not there is left out.
    AttrSet more = readable_attrs(minor);
    for (u32 n : {FATTR4_TIME_MODIFY_SET, FATTR4_ARCHIVE, 95u}) more.add(n);
    CHECK(AttrSet(to_fattr(*g.source, more).attrmask) == readable_attrs(minor));
  }
}

TEST_CASE("an object is the same as itself", "[nfs4]") {
  for (u32 minor = 0; minor <= kMaxMinor; ++minor) {
    Lent lent(minor);
    Compound& c = *lent.compound;
    c.current.place = lent.root();
    readable_attrs(minor).each([&](u32 n) {
      if (n == FATTR4_RDATTR_ERROR) return true;
      CAPTURE(minor, find_attr(n)->name);
      const Gathered g = run_blocking(gather(c, c.current.place, AttrSet{n}));
      fattr4 own = to_fattr(*g.source, AttrSet{n});
      CHECK(run_blocking(compare_attrs(c, own)) == NFS4ERR_SAME);
      // Cut off, or with something behind it.
      own.attr_vals.size -= 4;
      CHECK(run_blocking(compare_attrs(c, own)) == NFS4ERR_BADXDR);
      const std::string longer = own.attr_vals.str() + std::string(8, '\0');
      own.attr_vals = Bytes::of(longer);
      CHECK(run_blocking(compare_attrs(c, own)) == NFS4ERR_BADXDR);
      return true;
    });
    const auto compare = [&](const AttrSet& set, const std::string& values) {
      return run_blocking(compare_attrs(c, {set.bitmap(lent.call.arena), Bytes::of(values)}));
    };
    CHECK(compare({FATTR4_SIZE}, u64s(1)) == NFS4ERR_NOT_SAME);
    CHECK(compare({FATTR4_RDATTR_ERROR}, u32s({0})) == NFS4ERR_INVAL);
    CHECK(compare({FATTR4_TIME_MODIFY_SET}, u32s({0})) == NFS4ERR_INVAL);
    CHECK(compare({FATTR4_ARCHIVE}, u32s({0})) == NFS4ERR_ATTRNOTSUPP);
    CHECK(compare({FATTR4_MODE}, u32s({010000})) == NFS4ERR_INVAL);
    // The same owner, said otherwise.
    lent.world.nfs4->owners.users = {{"root", 0}};
    lent.world.nfs4->owners.domain = "example.org";
    for (const char* name : {"0", "root", "root@example.org", "root@EXAMPLE.org"})
      CHECK(compare({FATTR4_OWNER}, text(name)) == NFS4ERR_SAME);
    for (const char* name : {"1", "somebody", "root@example.com", "00"})
      CHECK(compare({FATTR4_OWNER}, text(name)) == NFS4ERR_NOT_SAME);
  }
}

TEST_CASE("what is set", "[nfs4]") {
  Lent lent(2);
  lent.world.nfs4->owners.users = {{"root", 0}};
  fs::SetAttr s;
  CHECK(lent.set({FATTR4_SIZE, FATTR4_MODE, FATTR4_OWNER, FATTR4_OWNER_GROUP},
                 u64s(7) + u32s({0640}) + text("1000") + text("100"), &s) == NFS4_OK);
  CHECK(s.size == 7);
  CHECK(s.mode == 0640);
  CHECK(s.uid == 1000);
  CHECK(s.gid == 100);
  const std::string when = u32s({SET_TO_CLIENT_TIME4}) + u64s(5) + u32s({6});
  s = {};
  CHECK(lent.set({FATTR4_TIME_ACCESS_SET, FATTR4_TIME_CREATE, FATTR4_TIME_MODIFY_SET},
                 u32s({SET_TO_SERVER_TIME4}) + u64s(8) + u32s({9}) + when, &s) == NFS4_OK);
  CHECK(s.atime_how == fs::SetAttr::Time::server);
  CHECK((s.btime == WallTime{8, 9}));
  CHECK((s.mtime == WallTime{5, 6}));
  s = {};
  CHECK(lent.set({FATTR4_MODE_SET_MASKED}, u32s({0700, 0770}), &s) == NFS4_OK);
  CHECK((s.mode == 0700 && s.mode_mask == 0770));
  s = {};
  CHECK(lent.set({FATTR4_MODE_UMASK}, u32s({0666, 022}), &s, Target::created) == NFS4_OK);
  CHECK((s.mode == 0666 && s.umask == 022));
}

TEST_CASE("what cannot be set", "[nfs4]") {
  Lent lent(2);
  fs::SetAttr s;
  CHECK(lent.set({FATTR4_ARCHIVE}, u32s({1}), &s) == NFS4ERR_ATTRNOTSUPP);
  CHECK(lent.set({95}, u32s({1}), &s) == NFS4ERR_ATTRNOTSUPP);
  CHECK(lent.set({FATTR4_FILEID}, u64s(1), &s) == NFS4ERR_INVAL);
  CHECK(lent.set({FATTR4_MODE}, u32s({010000}), &s) == NFS4ERR_INVAL);
  CHECK(lent.set({FATTR4_MODE, FATTR4_MODE_SET_MASKED}, u32s({0, 0, 0}), &s) == NFS4ERR_INVAL);
  CHECK(lent.set({FATTR4_MODE_UMASK}, u32s({0, 0}), &s) == NFS4ERR_INVAL);
  CHECK(lent.set({FATTR4_MODE_SET_MASKED}, u32s({0, 0}), &s, Target::created) == NFS4ERR_INVAL);
  CHECK(lent.set({FATTR4_ACL, FATTR4_DACL}, u32s({0, 0, 0}), &s) == NFS4ERR_INVAL);
  CHECK(lent.set({FATTR4_TIME_MODIFY_SET}, u32s({1, 0, 0, 1'000'000'000}), &s) == NFS4ERR_INVAL);
  CHECK(lent.set({FATTR4_TIME_MODIFY_SET}, u32s({2}), &s) == NFS4ERR_BADXDR);
  CHECK(lent.set({FATTR4_SIZE}, u32s({0}), &s) == NFS4ERR_BADXDR);
  CHECK(lent.set({FATTR4_SIZE}, u32s({0, 0, 0}), &s) == NFS4ERR_BADXDR);
  CHECK(lent.set({}, u32s({0}), &s) == NFS4ERR_BADXDR);
  CHECK(lent.set({FATTR4_OWNER}, text(""), &s) == NFS4ERR_INVAL);
  CHECK(lent.set({FATTR4_OWNER}, text("\xff"), &s) == NFS4ERR_INVAL);
  for (const char* nobody : {"4294967295", "4294967296", "-1", "007", "somebody", "1000@", "@"})
    CHECK(lent.set({FATTR4_OWNER}, text(nobody), &s) == NFS4ERR_BADOWNER);
  // 4.0 has none of these.
  Lent old(0);
  CHECK(old.set({FATTR4_MODE_SET_MASKED}, u32s({0, 0}), &s) == NFS4ERR_ATTRNOTSUPP);
  CHECK(old.set({FATTR4_DACL}, u32s({0, 0}), &s) == NFS4ERR_ATTRNOTSUPP);
}

TEST_CASE("an ACL comes back as it went", "[nfs4]") {
  Lent lent(2);
  fs::SetAttr s;
  const std::string dacl = u32s({ACL4_PROTECTED, 3}) + u32s({0, 0, ACE4_READ_DATA}) + text("OWNER@") +
                           u32s({1, ACE4_IDENTIFIER_GROUP, ACE4_WRITE_DATA}) + text("100") +
                           u32s({0, ACE4_INHERITED_ACE, ACE4_EXECUTE}) + text("1000");
  REQUIRE(lent.set({FATTR4_DACL}, dacl, &s) == NFS4_OK);
  REQUIRE(s.dacl != nullptr);
  AttrOut out(lent.call.arena);
  AttrSource source{*lent.compound, lent.root()};
  const fs::Acls acls{*s.dacl, {}};
  source.acls = &acls;
  values::dacl(out, source);
  CHECK(out.take().view() == dacl);
  // RFC 8881 6.2.1.5: of GROUP@ the flag is ignored, and not sent.
  REQUIRE(lent.set({FATTR4_DACL}, u32s({0, 1, 0, ACE4_IDENTIFIER_GROUP, 1}) + text("GROUP@"), &s) == NFS4_OK);
  put_acl41(out, *s.dacl);
  CHECK(out.take().view() == u32s({0, 1, 0, 0, 1}) + text("GROUP@"));
  for (const auto& [ace, status] : std::vector<std::pair<std::string, nfsstat4>>{
           {u32s({4, 0, 1}) + text("OWNER@"), NFS4ERR_INVAL},      // no such type
           {u32s({0, 0x100, 1}) + text("OWNER@"), NFS4ERR_INVAL},  // no such flag
           {u32s({0, 0, 1}) + text("nobody-knows"), NFS4ERR_BADOWNER},
           {u32s({0, 0, 1}) + text(""), NFS4ERR_INVAL},
           {u32s({0, 0, 1}), NFS4ERR_BADXDR}}) {
    CHECK(lent.set({FATTR4_ACL}, u32s({1}) + ace, &s) == status);
  }
}
