// Bytes that others wrote down: what a value looks like on the wire, not what our two codecs agree on.
#include <catch2/catch.hpp>

#include "protocols/mount/mount.h"
#include "protocols/nfs3/nfs3.h"
#include "protocols/portmap/portmap.h"
#include "protocols/rpc/rpc.h"
#include "xdr-gen/tests/run/rfc4506.h"
#include "xdr-gen/tests/run/vectors.h"

using namespace dfs;
using namespace dfs::test;

TEST_CASE("RFC 4506 section 7: the file sillyprog") {
  Arena arena;
  const std::string bytes = unhex(
      "00 00 00 09"                            // length of filename = 9
      "73 69 6c 6c 79 70 72 6f 67 00 00 00"    // sillyprog, 3 zero-bytes of fill
      "00 00 00 02"                            // filekind is EXEC = 2
      "00 00 00 04 6c 69 73 70"                // lisp
      "00 00 00 04 6a 6f 68 6e"                // john
      "00 00 00 06 28 71 75 69 74 29 00 00");  // (quit), 2 zero-bytes of fill
  const auto f = check_vector<rfc4506::file>(rfc4506::file_desc, bytes, arena);
  CHECK(f.filename == Text::of("sillyprog"));
  CHECK(f.type.kind == rfc4506::EXEC);
  CHECK(f.type.interpretor == Text::of("lisp"));
  CHECK(f.owner == Text::of("john"));
  CHECK(f.data == Bytes::of("(quit)"));
}

TEST_CASE("RFC 5531 section 9: a call with AUTH_SYS, and the credential in it") {
  Arena arena;
  const std::string credential = unhex(
      "00 00 00 07"              // stamp
      "00 00 00 03 61 62 63 00"  // machinename abc
      "00 00 03 e8 00 00 00 64"  // uid 1000, gid 100
      "00 00 00 02 00 00 00 04 00 00 00 18");
  const auto parms = check_vector<rpc::authsys_parms>(rpc::authsys_parms_desc, credential, arena);
  CHECK(parms.uid == 1000);
  CHECK(parms.gids.size == 2);
  CHECK(parms.gids[1] == 24);

  const std::string call = unhex(
                               "12 34 56 78 00 00 00 00"  // xid, CALL
                               "00 00 00 02 00 01 86 a3"  // RPC version 2, program 100003
                               "00 00 00 03 00 00 00 01"  // version 3, procedure 1
                               "00 00 00 01 00 00 00 20") +
                           credential + unhex("00 00 00 00 00 00 00 00");  // AUTH_NONE verifier
  const auto m = check_vector<rpc::rpc_msg>(rpc::rpc_msg_desc, call, arena);
  CHECK(m.body.cbody.cred.flavor == rpc::AUTH_SYS);
  CHECK(m.body.cbody.cred.body == Bytes::of(credential));
}

TEST_CASE("RFC 5531 section 9: PROG_MISMATCH and AUTH_ERROR replies") {
  Arena arena;
  const std::string mismatch = unhex(
      "00 00 00 01 00 00 00 01"                // xid, REPLY
      "00 00 00 00 00 00 00 00 00 00 00 00"    // MSG_ACCEPTED, AUTH_NONE verifier
      "00 00 00 02 00 00 00 03 00 00 00 04");  // PROG_MISMATCH, low 3, high 4
  const auto a = check_vector<rpc::rpc_msg>(rpc::rpc_msg_desc, mismatch, arena);
  CHECK(a.body.rbody.areply.reply_data.mismatch_info.high == 4);

  const std::string denied = unhex("00 00 00 01 00 00 00 01 00 00 00 01 00 00 00 01 00 00 00 05");
  const auto d = check_vector<rpc::rpc_msg>(rpc::rpc_msg_desc, denied, arena);
  CHECK(d.body.rbody.rreply.auth == rpc::AUTH_TOOWEAK);
}

TEST_CASE("RFC 1813 3.3.3: LOOKUP arguments and a failed reply") {
  Arena arena;
  const std::string args = unhex("00 00 00 05 01 02 03 04 05 00 00 00  00 00 00 03 66 6f 6f 00");
  const auto a = check_vector<nfs3::LOOKUP3args>(nfs3::LOOKUP3args_desc, args, arena);
  CHECK(a.what.name == Text::of("foo"));
  CHECK(a.what.dir.data.size == 5);

  const auto r =
      check_vector<nfs3::LOOKUP3res>(nfs3::LOOKUP3res_desc, unhex("00 00 00 02 00 00 00 00"), arena);
  CHECK(r.status == nfs3::NFS3ERR_NOENT);
  CHECK(!r.resfail.dir_attributes.attributes_follow);
}

TEST_CASE("RFC 1813 3.3.8: CREATE, exclusive") {
  Arena arena;
  const std::string args = unhex(
      "00 00 00 01 aa 00 00 00  00 00 00 01 62 00 00 00"  // handle, name b
      "00 00 00 02 01 02 03 04 05 06 07 08");             // EXCLUSIVE, verifier
  const auto a = check_vector<nfs3::CREATE3args>(nfs3::CREATE3args_desc, args, arena);
  CHECK(a.how.mode == nfs3::EXCLUSIVE);
  CHECK(a.how.verf == nfs3::createverf3{1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("RFC 1813 3.3.16: READDIR, the list of entries") {
  Arena arena;
  const std::string reply = unhex(
      "00 00 00 00"                                                                          // NFS3_OK
      "00 00 00 00"                                                                          // no attributes
      "00 00 00 00 00 00 00 09"                                                              // cookieverf
      "00 00 00 01 00 00 00 00 00 00 00 02 00 00 00 01 2e 00 00 00 00 00 00 00 00 00 00 01"  // "."
      "00 00 00 01 00 00 00 00 00 00 00 02 00 00 00 02 2e 2e 00 00 00 00 00 00 00 00 00 02"  // ".."
      "00 00 00 00"                                                                          // no more
      "00 00 00 01");                                                                        // eof
  const auto r = check_vector<nfs3::READDIR3res>(nfs3::READDIR3res_desc, reply, arena);
  REQUIRE(r.resok.reply.entries.size == 2);
  CHECK(r.resok.reply.entries[1].name == Text::of(".."));
  CHECK(r.resok.reply.entries[1].cookie == 2);
  CHECK(r.resok.reply.eof);
}

TEST_CASE("RFC 1813 5.2.1: MNT") {
  Arena arena;
  const std::string reply =
      unhex("00 00 00 00  00 00 00 02 be ef 00 00  00 00 00 02 00 00 00 00 00 00 00 01");
  const auto r = check_vector<mount::mountres3>(mount::mountres3_desc, reply, arena);
  CHECK(r.mountinfo.auth_flavors.size == 2);
}

TEST_CASE("RFC 1833 3.2: GETPORT") {
  Arena arena;
  const std::string args = unhex("00 01 86 a3 00 00 00 03 00 00 00 06 00 00 00 00");
  CHECK(check_vector<portmap::mapping>(portmap::mapping_desc, args, arena).prot == portmap::IPPROTO_TCP);
}
