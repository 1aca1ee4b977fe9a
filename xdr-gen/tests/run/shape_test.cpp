// What generated C++ looks like to those who write against it.
#include <type_traits>

#include <catch2/catch.hpp>

#include "protocols/mount/mount.h"
#include "protocols/nfs3/nfs3.h"
#include "protocols/nfs4/nfs4.h"
#include "protocols/nfs4/nfs4_cb.h"
#include "protocols/portmap/rpcbind.h"
#include "xdr-gen/tests/run/helpers.h"
#include "xdr-gen/tests/run/torture.h"

using namespace dfs;
using namespace dfs::test;

template <class T>
constexpr bool kPlain = std::is_trivially_copyable_v<T>&& std::is_trivially_destructible_v<T>&&
    std::is_standard_layout_v<T>&& std::is_aggregate_v<T>;

TEST_CASE("every type is plain data") {
  STATIC_REQUIRE(kPlain<nfs3::GETATTR3res>);
  STATIC_REQUIRE(kPlain<nfs3::READ3res>);
  STATIC_REQUIRE(kPlain<nfs3::READDIRPLUS3res>);
  STATIC_REQUIRE(kPlain<nfs4::COMPOUND4args>);
  STATIC_REQUIRE(kPlain<nfs4::OPEN4args>);
  STATIC_REQUIRE(kPlain<torture::arrays>);
}

TEST_CASE("the C++ types are those of the rules") {
  STATIC_REQUIRE(std::is_same_v<decltype(nfs3::nfs_fh3::data), Bytes>);
  STATIC_REQUIRE(std::is_same_v<decltype(nfs3::diropargs3::name), Text>);
  STATIC_REQUIRE(std::is_same_v<decltype(nfs3::WRITE3args::data), Payload>);
  STATIC_REQUIRE(std::is_same_v<decltype(nfs3::dirlist3::entries), Array<nfs3::entry3>>);
  STATIC_REQUIRE(std::is_same_v<nfs3::cookieverf3, std::array<u8, 8>>);
  STATIC_REQUIRE(std::is_same_v<decltype(nfs3::createhow3::obj_attributes), nfs3::sattr3>);
  STATIC_REQUIRE(std::is_same_v<mount::exports, Array<mount::exportnode>>);
  STATIC_REQUIRE(std::is_same_v<rpcbind::rpcblist_ptr, Array<rpcbind::rp__list>>);
  STATIC_REQUIRE(std::is_same_v<decltype(torture::tree::left), const torture::tree*>);
  STATIC_REQUIRE(std::is_same_v<decltype(nfs4::nfs_argop4::oplookup), const nfs4::LOOKUP4args*>);
  STATIC_REQUIRE(std::is_same_v<decltype(nfs4::LOOKUP4args::objname), Text>);
  STATIC_REQUIRE(std::is_same_v<std::underlying_type_t<nfs3::nfsstat3>, i32>);
  STATIC_REQUIRE(std::is_same_v<decltype(torture::MOST), const u64>);
  STATIC_REQUIRE(std::is_same_v<decltype(torture::NEGATIVE), const i32>);
  CHECK(torture::MOST == ~u64{0});
  CHECK(torture::LEAST == INT64_MIN);
  CHECK(torture::OCTAL == 8);
}

TEST_CASE("newtypes do not mix") {
  STATIC_REQUIRE(!std::is_convertible_v<nfs4::clientid4, nfs4::slotid4>);
  STATIC_REQUIRE(!std::is_convertible_v<u64, nfs4::clientid4>);
  STATIC_REQUIRE(sizeof(nfs4::slotid4) == 4);
}

TEST_CASE("T x{} is all zero, also behind the first arm of a union") {
  // The widest arm stands first whatever the description's order: aggregate initialisation zeroes it.
  STATIC_REQUIRE(offsetof(torture::by_rank, rank) == 0);
  alignas(8) u8 memory[sizeof(nfs4::open_claim4)];
  std::memset(memory, 0xff, sizeof memory);
  auto* claim = new (memory) nfs4::open_claim4{};
  claim->claim = nfs4::CLAIM_DELEGATE_CUR;
  CHECK(encoded(*claim) == unhex("00 00 00 02") + std::string(16 + 4, '\0'));
}

TEST_CASE("keywords get an underscore") {
  torture::class_ c{};
  c.new_ = 1;
  torture::del d{};
  d.import = true;
  d.class_ = c;
  CHECK(encoded(d).substr(0, 8) == unhex("00 00 00 01 00 00 00 01"));
}

TEST_CASE("equality compares what is selected") {
  nfs3::LOOKUP3res a{}, b{};
  a.status = b.status = nfs3::NFS3ERR_NOENT;
  CHECK(a == b);
  b.resfail.dir_attributes.attributes_follow = true;
  CHECK(!(a == b));
  nfs3::GETATTR3res x{}, y{};
  x.status = y.status = nfs3::NFS3ERR_IO;
  x.resok.obj_attributes.size = 5;  // of no meaning beside an error
  CHECK(x == y);
}

TEST_CASE("procedures by version, and all together") {
  CHECK(nfs3::NFS_V3_procs.size() == 22);
  const wire::ProcDesc& getattr = nfs3::NFS_V3_procs[nfs3::NFSPROC3_GETATTR];
  CHECK(getattr.name == std::string("NFSPROC3_GETATTR"));
  CHECK(getattr.prog == 100003);
  CHECK(getattr.vers == 3);
  CHECK(getattr.args == &nfs3::GETATTR3args_desc);
  CHECK(getattr.result == &nfs3::GETATTR3res_desc);
  CHECK(nfs3::NFS_V3_procs[0].args == nullptr);
  CHECK(mount::schema.proc_count == 12);
  CHECK(rpcbind::RPCBVERS4_procs[7].args == &rpcbind::uaddr_desc);
  CHECK(torture::FIRST_procs[1].args == &torture::T_ADD_args_desc);
  CHECK(torture::FIRST_procs[1].result == &wire::int_desc);
  CHECK(torture::SECOND_procs[1].proc == 8);
}

TEST_CASE("operations pair their arguments and results") {
  REQUIRE(nfs4::nfs_argop4_ops.size() == 74);
  const wire::OpDesc& lookup = nfs4::nfs_argop4_ops[12];
  CHECK(lookup.op == nfs4::OP_LOOKUP);
  CHECK(lookup.name == std::string("LOOKUP"));
  CHECK(lookup.args == &nfs4::LOOKUP4args_desc);
  CHECK(lookup.result == &nfs4::LOOKUP4res_desc);
  CHECK(nfs4::nfs_argop4_ops[21].args == nullptr);
  CHECK(nfs4::nfs_argop4_ops[21].result == &nfs4::PUTROOTFH4res_desc);
  CHECK(nfs4_cb::nfs_cb_argop4_ops.size() == 14);
}
