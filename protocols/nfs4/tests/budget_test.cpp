#include "engine/wire/codec.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/tests/world.h"

using namespace dfs;
using namespace dfs::nfs4;
using namespace dfs::nfs4::test;

// Results of NFSv4.2 that fill a reply as far as it goes.
namespace {

constexpr u64 kUnit = 4096;

// An operation on its own, in a session's reply of a size that is wanted.
struct Alone {
  World world;
  rpc::Call call{world.loop};
  std::optional<Compound> c;
  fs::NodeRef file{};

  Alone() {
    call.transport = &world.peer;
    c.emplace(*world.nfs4, call);
    c->minor = 2;
    c->count = 1;
    c->reply_bytes = 100;
    fs::FileSystem& fs = world.fs();
    fs::SetAttr attr;
    attr.mode = 0666;
    const fs::CreateResult made =
        run_blocking(fs.create(root, fs.root(), "file", fs::CreateHow::unchecked, attr));
    REQUIRE(made.error == fs::FsError::ok);
    file = {made.node.id, made.node.generation};
    const auto number = world.nfs4->pseudo->child(Pseudo::kRoot, "export");
    REQUIRE(number);
    c->enter(beside(enter_pseudo(*c, *number), made.node));
    REQUIRE(c->current.place.object());
  }
  ~Alone() { c.reset(); }

  void write(u64 at, const std::string& text) {
    SliceList data{Slice::copy_of(text.data(), static_cast<u32>(text.size()))};
    REQUIRE(run_blocking(world.fs().write(root, file, at, std::move(data), fs::Stable::unstable,
                                          fs::IoCheck::strict))
                .error == fs::FsError::ok);
  }
  void room(u64 bytes) { c->max_reply = static_cast<u32>(c->reply_bytes + bytes); }

  const fs::Credential root{0, 0, {}, false};
};

nfs_resop4 resop(READ_PLUS4res* res) {
  nfs_resop4 r{};
  r.resop = OP_READ_PLUS;
  r.opread_plus = res;
  return r;
}

// Bytes of the file that the contents stand for; they follow each other.
u64 covered(const READ_PLUS4res& res, u64 from) {
  u64 at = from;
  for (u32 i = 0; i < res.rp_resok4.rpr_contents.size; ++i) {
    const read_plus_content& one = res.rp_resok4.rpr_contents[i];
    const bool hole = one.rpc_content == NFS4_CONTENT_HOLE;
    CHECK((hole ? one.rpc_hole.di_offset : one.rpc_data.d_offset) == at);
    const u64 length = hole ? one.rpc_hole.di_length : one.rpc_data.d_data.size;
    CHECK(length > 0);
    at += length;
  }
  return at - from;
}

}  // namespace

TEST_CASE("READ_PLUS gives what the reply has room for", "[nfs4]") {
  Alone a;
  a.write(0, std::string(101, 'a'));
  a.write(2 * kUnit, "12345");
  const u64 size = 2 * kUnit + 5;
  READ_PLUS4args args{};
  args.rpa_count = 1u << 20;
  for (u64 room = 0; room < 3 * kUnit; room += room < 300 ? 1 : 97) {
    CAPTURE(room);
    a.room(room);
    for (u64 from : {u64{0}, u64{50}, kUnit + 1, 2 * kUnit + 4}) {
      args.rpa_offset = from;
      READ_PLUS4res res = run_blocking(ops::read_plus(*a.c, args));
      REQUIRE(res.rp_status == NFS4_OK);
      if (room >= 16) CHECK(encoded_size(resop(&res)) <= room);
      const u64 got = covered(res, from);
      CHECK(res.rp_resok4.rpr_eof == (from + got == size));
      if (room >= 16 + 20) CHECK(got > 0);
      if (room >= size + 200) CHECK(from + got == size);
    }
  }
}

TEST_CASE("LISTXATTRS counts bytes as the client does", "[nfs4]") {
  Alone a;
  std::vector<std::string> names;
  for (u32 n = 1; n <= 12; ++n) {
    names.push_back(std::string(n, 'x'));
    REQUIRE(run_blocking(a.world.fs().setxattr(a.root, a.file, names.back(), "v", fs::XattrHow::create)).error ==
            fs::FsError::ok);
  }
  const u64 fixed = 8 + 4 + 4;
  auto list = [&](u64 cookie, u32 maxcount) {
    return run_blocking(ops::listxattrs(*a.c, LISTXATTRS4args{cookie, maxcount}));
  };
  for (u32 maxcount = 0; maxcount < 300; ++maxcount) {
    CAPTURE(maxcount);
    const LISTXATTRS4res res = list(0, maxcount);
    if (maxcount < fixed + 8) {
      CHECK(res.lxr_status == NFS4ERR_TOOSMALL);
      continue;
    }
    REQUIRE(res.lxr_status == NFS4_OK);
    const u64 bytes = encoded_size(res.lxr_value);
    const u32 n = res.lxr_value.lxr_names.size;
    CHECK(bytes <= maxcount);
    CHECK(res.lxr_value.lxr_eof == (n == names.size()));
    if (n < names.size()) CHECK(bytes + 4 + wire::padded(names[n].size()) > maxcount);
    // From there on it is the next one's turn.
    const LISTXATTRS4res rest = list(res.lxr_value.lxr_cookie, 1000);
    REQUIRE(rest.lxr_status == NFS4_OK);
    CHECK(rest.lxr_value.lxr_names.size == names.size() - n);
    CHECK(rest.lxr_value.lxr_eof);
  }
  // Where the session is what is too small, it says so.
  a.room(8 + fixed + 7);
  CHECK(list(0, 1000).lxr_status == NFS4ERR_REP_TOO_BIG);
  a.room(8 + fixed + 8);
  CHECK(list(0, 1000).lxr_value.lxr_names.size == 1);
  a.room(8 + fixed - 1);
  CHECK(list(0, 1000).lxr_status == NFS4ERR_REP_TOO_BIG);
}
