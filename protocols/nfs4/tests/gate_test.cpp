// Every operation in every minor version, at every kind of place: what the sections of the RFCs say, written
// down a second time by name.
#include "protocols/nfs4/gate.h"

#include <catch2/catch.hpp>
#include <set>

using namespace dfs;
using namespace dfs::nfs4;

namespace {

using Names = std::set<std::string>;

// RFC 7530 16: 3 to 39. RFC 8881 17: 40 to 58, and not these. RFC 7862 15 and RFC 8276 8.4: 59 to 75.
const Names kOnly40{"OPEN_CONFIRM", "RENEW", "SETCLIENTID", "SETCLIENTID_CONFIRM", "RELEASE_LOCKOWNER"};
bool exists(u32 number, u32 minor) {
  return number >= 3 && number <= (minor == 0 ? 39 : minor == 1 ? 58 : 75);
}

// RFC 8881 2.10.2.1 and the sections of these.
const Names kWithoutSession{"SEQUENCE",        "EXCHANGE_ID",     "CREATE_SESSION", "BIND_CONN_TO_SESSION",
                            "DESTROY_SESSION", "DESTROY_CLIENTID"};

// Operations whose section does not begin with the current filehandle.
const Names kNoFilehandle{"PUTFH",
                          "PUTPUBFH",
                          "PUTROOTFH",
                          "RESTOREFH",
                          "DELEGPURGE",
                          "RENEW",
                          "SETCLIENTID",
                          "SETCLIENTID_CONFIRM",
                          "RELEASE_LOCKOWNER",
                          "BACKCHANNEL_CTL",
                          "BIND_CONN_TO_SESSION",
                          "EXCHANGE_ID",
                          "CREATE_SESSION",
                          "DESTROY_SESSION",
                          "FREE_STATEID",
                          "GETDEVICEINFO",
                          "LAYOUTRETURN",
                          "SEQUENCE",
                          "SET_SSV",
                          "TEST_STATEID",
                          "DESTROY_CLIENTID",
                          "RECLAIM_COMPLETE"};
const Names kSavedFilehandle{"LINK", "RENAME", "COPY", "CLONE"};

nfsstat4 expected(const std::string& name, bool there, const GateInput& in) {
  if (!there) return NFS4ERR_OP_ILLEGAL;
  if (in.minor > 0) {
    if (name == "SEQUENCE" && in.index > 0) return NFS4ERR_SEQUENCE_POS;
    if (name == "BIND_CONN_TO_SESSION" && in.count > 1 && (in.sequenced || in.index == 0))
      return NFS4ERR_NOT_ONLY_OP;
    if (!in.sequenced && name != "SEQUENCE") {
      if (!kWithoutSession.contains(name) || in.index > 0) return NFS4ERR_OP_NOT_IN_SESSION;
      if (in.count > 1) return NFS4ERR_NOT_ONLY_OP;
    }
  }
  if (in.minor > 0 && kOnly40.contains(name)) return NFS4ERR_NOTSUPP;  // RFC 8881 8.8
  if (!kNoFilehandle.contains(name) && !in.has_current) return NFS4ERR_NOFILEHANDLE;
  if (kSavedFilehandle.contains(name) && !in.has_saved) return NFS4ERR_NOFILEHANDLE;
  return NFS4_OK;
}

}  // namespace

TEST_CASE("every operation, in every minor version, at every place", "[nfs4]") {
  u32 compared = 0;
  for (const OpRow& row : all_ops())
    for (u32 minor = 0; minor <= kMaxMinor; ++minor)
      for (u32 index : {0u, 1u, 5u})
        for (u32 count : {1u, 2u, 6u})
          for (u32 flags = 0; flags < 8; ++flags) {
            if (index >= count) continue;
            const GateInput in{find_op(row.number, minor), minor,           index, count, (flags & 1) != 0,
                               (flags & 2) != 0,           (flags & 4) != 0};
            CAPTURE(row.name, minor, index, count, flags);
            CHECK(gate(in) == expected(row.name, exists(row.number, minor), in));
            ++compared;
          }
  CHECK(compared == 73 * 3 * 6 * 8);
}

TEST_CASE("numbers that are no operation's", "[nfs4]") {
  for (u32 minor = 0; minor <= kMaxMinor; ++minor)
    for (u32 number : {0u, 1u, 2u, 76u, 1000u, 10044u, 0xffffffffu}) {
      CHECK(find_op(number, minor) == nullptr);
      CHECK(gate({nullptr, minor, 0, 1, true, true, true}) == NFS4ERR_OP_ILLEGAL);
    }
  u32 count[3] = {};
  for (u32 minor = 0; minor <= kMaxMinor; ++minor)
    for (u32 number = 0; number < 100; ++number) count[minor] += find_op(number, minor) != nullptr;
  CHECK(count[0] == 37);
  CHECK(count[1] == 56);
  CHECK(count[2] == 73);
}
