// NFSv4 on the wire, written down from RFC 8881, RFC 7530 and RFC 7862.
#include "protocols/nfs4/nfs4.h"
#include "protocols/nfs4/nfs4_cb.h"
#include "xdr-gen/tests/run/vectors.h"

using namespace dfs;
using namespace dfs::test;

namespace {

const std::string kSession = "10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f";
const std::string kStateid = "00 00 00 01  a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 aa ab";

}  // namespace

TEST_CASE("RFC 8881 16.2: COMPOUND of SEQUENCE, PUTFH and GETATTR") {
  Arena arena;
  const auto c = check_vector<nfs4::COMPOUND4args>(
      nfs4::COMPOUND4args_desc,
      unhex(
          "00 00 00 02 68 69 00 00  00 00 00 01  00 00 00 03"  // tag "hi", minor version 1, three operations
          "00 00 00 35" +
          kSession +
          "00 00 00 07  00 00 00 02  00 00 00 03  00 00 00 01"  // sequence, slot, highest slot, cachethis
          "00 00 00 16  00 00 00 05 01 02 03 04 05 00 00 00"
          "00 00 00 09  00 00 00 02  00 00 00 18  00 00 00 02"),  // change and size; mode
      arena);
  REQUIRE(c.argarray.size == 3);
  CHECK(c.argarray[0].argop == nfs4::OP_SEQUENCE);
  CHECK(c.argarray[0].opsequence->sa_slotid == nfs4::slotid4(2));
  CHECK(c.argarray[1].opputfh->object.size == 5);
  const Array<u32> asked = c.argarray[2].opgetattr->attr_request;
  CHECK(asked[0] == (1u << nfs4::FATTR4_CHANGE | 1u << nfs4::FATTR4_SIZE));
  CHECK(asked[1] == 1u << (nfs4::FATTR4_MODE - 32));
}

TEST_CASE("RFC 8881 16.2: the reply ends with the operation that failed") {
  Arena arena;
  const auto c = check_vector<nfs4::COMPOUND4res>(
      nfs4::COMPOUND4res_desc,
      unhex("00 00 00 02  00 00 00 00  00 00 00 02"  // NOENT, no tag, two results
            "00 00 00 18  00 00 00 00"               // PUTROOTFH, NFS4_OK
            "00 00 00 0f  00 00 00 02"),             // LOOKUP, NOENT
      arena);
  CHECK(c.status == nfs4::NFS4ERR_NOENT);
  CHECK(c.resarray[1].oplookup->status == nfs4::NFS4ERR_NOENT);
}

TEST_CASE("RFC 8881 18.16: OPEN that creates, exclusively and with attributes") {
  Arena arena;
  const auto o = check_vector<nfs4::OPEN4args>(
      nfs4::OPEN4args_desc,
      unhex("00 00 00 00  00 00 02 03  00 00 00 01"  // seqid, BOTH and a write delegation, DENY_READ
            "00 00 00 00 00 00 00 09  00 00 00 03 6d 65 21 00"   // clientid, owner "me!"
            "00 00 00 01  00 00 00 03  01 02 03 04 05 06 07 08"  // OPEN4_CREATE, EXCLUSIVE4_1, verifier
            "00 00 00 02 00 00 00 00 00 00 00 02  00 00 00 04 00 00 01 a4"  // mode 0644
            "00 00 00 00  00 00 00 01 66 00 00 00"),                        // CLAIM_NULL, "f"
      arena);
  CHECK(o.share_access == (nfs4::OPEN4_SHARE_ACCESS_BOTH | nfs4::OPEN4_SHARE_ACCESS_WANT_WRITE_DELEG));
  CHECK(o.openhow.how.mode == nfs4::EXCLUSIVE4_1);
  CHECK(o.openhow.how.ch_createboth.cva_attrs.attr_vals.size == 4);
  CHECK(o.claim.file == Text::of("f"));
}

TEST_CASE("RFC 9754 section 5: a delegation of timestamps has the form of one without") {
  Arena arena;
  const auto d = check_vector<nfs4::open_delegation4>(
      nfs4::open_delegation4_desc,
      unhex("00 00 00 04" + kStateid + "00 00 00 00" +  // OPEN_DELEGATE_READ_ATTRS_DELEG, stateid, no recall
            "00 00 00 00 00 00 00 00 00 00 00 01  00 00 00 09 45 56 45 52 59 4f 4e 45 40 00 00 00"),
      arena);
  CHECK(d.delegation_type == nfs4::OPEN_DELEGATE_READ_ATTRS_DELEG);
  CHECK(d.read.permissions.who == Text::of("EVERYONE@"));
}

TEST_CASE("RFC 8881 18.10: LOCK of a new owner, and the lock that is in its way") {
  Arena arena;
  const auto l = check_vector<nfs4::LOCK4args>(
      nfs4::LOCK4args_desc,
      unhex("00 00 00 02  00 00 00 00  00 00 00 00 00 00 00 64  ff ff ff ff ff ff ff ff"
            "00 00 00 01  00 00 00 05" +
            kStateid + "00 00 00 06  00 00 00 00 00 00 00 09  00 00 00 01 70 00 00 00"),
      arena);
  CHECK(l.locker.new_lock_owner);
  CHECK(l.locker.open_owner.lock_seqid == 6);
  CHECK(l.length == nfs4::NFS4_UINT64_MAX);

  const auto r = check_vector<nfs4::LOCK4res>(
      nfs4::LOCK4res_desc,
      unhex("00 00 27 1a  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 0a"  // DENIED, offset 0, length 10
            "00 00 00 01  00 00 00 00 00 00 00 08  00 00 00 00"),            // READ_LT, a client, no owner
      arena);
  CHECK(r.status == nfs4::NFS4ERR_DENIED);
  CHECK(r.denied.owner.clientid == nfs4::clientid4(8));
}

TEST_CASE("RFC 8881 18.30: SETATTR says what it has set also when it failed") {
  Arena arena;
  const auto r = check_vector<nfs4::SETATTR4res>(nfs4::SETATTR4res_desc,
                                                 unhex("00 00 00 0d  00 00 00 01 00 00 00 10"), arena);
  CHECK(r.status == nfs4::NFS4ERR_ACCESS);
  CHECK(r.attrsset[0] == 1u << nfs4::FATTR4_SIZE);
}

TEST_CASE("RFC 8881 18.36: CREATE_SESSION, callbacks with AUTH_SYS") {
  Arena arena;
  const std::string channel =
      "00 00 00 00  00 10 00 00  00 10 00 00  00 00 10 00  00 00 00 08  00 00 00 40  00 00 00 00";
  const auto s = check_vector<nfs4::CREATE_SESSION4args>(
      nfs4::CREATE_SESSION4args_desc,
      unhex(
          "00 00 00 00 00 00 00 09  00 00 00 01  00 00 00 02" + channel + channel +
          "40 00 00 00  00 00 00 02"  // program, two flavors
          "00 00 00 01  00 00 00 05 00 00 00 01 68 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"  // AUTH_SYS
          "00 00 00 00"),                                                                         // AUTH_NONE
      arena);
  CHECK(s.csa_flags == nfs4::CREATE_SESSION4_FLAG_CONN_BACK_CHAN);
  CHECK(s.csa_fore_chan_attrs.ca_maxrequests == 64);
  CHECK(s.csa_sec_parms[0].cbsp_sys_cred.machinename == Text::of("h"));
}

TEST_CASE("RFC 7530 16.33: SETCLIENTID, the only one of its errors with contents") {
  Arena arena;
  const auto r =
      check_vector<nfs4::SETCLIENTID4res>(nfs4::SETCLIENTID4res_desc,
                                          unhex("00 00 27 21  00 00 00 03 74 63 70 00  00 00 00 0c 31 30 2e "
                                                "30 2e 30 2e 31 2e 38 2e 31"),
                                          arena);
  CHECK(r.status == nfs4::NFS4ERR_CLID_INUSE);
  CHECK(r.client_using.na_r_netid == Text::of("tcp"));
}

TEST_CASE("RFC 7862 15.10: READ_PLUS of data and a hole") {
  Arena arena;
  const auto r = check_vector<nfs4::READ_PLUS4res>(
      nfs4::READ_PLUS4res_desc,
      unhex("00 00 00 00  00 00 00 01  00 00 00 02"                            // NFS4_OK, eof, two
            "00 00 00 00  00 00 00 00 00 00 00 00  00 00 00 03 61 62 63 00"    // "abc" at 0
            "00 00 00 01  00 00 00 00 00 00 00 03  00 00 00 00 00 00 0f fd"),  // a hole to 4096
      arena);
  CHECK(r.rp_resok4.rpr_contents[0].rpc_data.d_data.size == 3);
  CHECK(r.rp_resok4.rpr_contents[1].rpc_hole.di_length == 4093);
}

TEST_CASE("RFC 8276 8.4.3: LISTXATTRS") {
  Arena arena;
  const auto r = check_vector<nfs4::LISTXATTRS4res>(nfs4::LISTXATTRS4res_desc,
                                                    unhex("00 00 00 00  00 00 00 00 00 00 00 02  00 00 00 02 "
                                                          " 00 00 00 01 61 00 00 00  00 00 00 02 62 63 00 00"
                                                          "00 00 00 01"),
                                                    arena);
  CHECK(r.lxr_value.lxr_names[1] == Text::of("bc"));
}

TEST_CASE("RFC 8881 20.2: CB_RECALL behind CB_SEQUENCE") {
  Arena arena;
  const auto c = check_vector<nfs4_cb::CB_COMPOUND4args>(
      nfs4_cb::CB_COMPOUND4args_desc,
      unhex("00 00 00 00  00 00 00 01  00 00 00 00  00 00 00 02"  // no tag, minor version 1, callback_ident,
                                                                  // two
            "00 00 00 0b" +
            kSession + "00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00" + "00 00 00 04" +
            kStateid + "00 00 00 01  00 00 00 01 66 00 00 00"),
      arena);
  CHECK(c.argarray[0].opcbsequence->csa_sequenceid == 1);
  CHECK(c.argarray[1].opcbrecall->truncate);
}
