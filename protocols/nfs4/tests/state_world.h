#pragma once

#include "protocols/nfs4/state/snapshot.h"
#include "protocols/nfs4/tests/world.h"

// Clients for tests of state: what they send most, in a few words.
namespace dfs::nfs4::test {

// A client of 4.1 or later with a session.
class Client41 {
 public:
  Client41(World& world, std::string_view name, u32 minor = 1, u32 slots = 4, bool reclaimed = true)
      : world(world), minor(minor), name_(name) {
    EXCHANGE_ID4args id{};
    id.eia_clientowner.co_ownerid = Bytes::of(name_);
    const Reply made = world.compound(minor, Ops().add(OP_EXCHANGE_ID, id));
    REQUIRE(made.status() == NFS4_OK);
    clientid = made[0].opexchange_id->eir_resok4.eir_clientid;
    CREATE_SESSION4args create{};
    create.csa_clientid = clientid;
    create.csa_sequence = made[0].opexchange_id->eir_resok4.eir_sequenceid;
    create.csa_fore_chan_attrs = {0, 1u << 20, 1u << 20, 8192, 32, slots, {}};
    create.csa_back_chan_attrs = {0, 4096, 4096, 4096, 8, 4, {}};
    const Reply session = world.compound(minor, Ops().add(OP_CREATE_SESSION, create));
    REQUIRE(session.status() == NFS4_OK);
    id_ = session[0].opcreate_session->csr_resok4.csr_sessionid;
    if (reclaimed) REQUIRE(run(Ops().add(OP_RECLAIM_COMPLETE, RECLAIM_COMPLETE4args{})).status() == NFS4_OK);
  }

  SEQUENCE4args sequence(u32 seqid, u32 slot = 0, bool cache = true) const {
    return {id_, seqid, slotid4{slot}, slotid4{slot}, cache};
  }
  // The operations behind a SEQUENCE with the next number of slot 0.
  Reply run(const Ops& ops) { return run(sequence(++seqid_), ops); }
  Reply run(const SEQUENCE4args& s, const Ops& ops) {
    Ops whole;
    whole.add(OP_SEQUENCE, s).append(ops);
    return world.compound(minor, whole);
  }
  u32 last_seqid() const { return seqid_; }
  const sessionid4& session() const { return id_; }

  World& world;
  const u32 minor;
  clientid4 clientid{};

 private:
  std::string name_;
  sessionid4 id_{};
  u32 seqid_ = 0;
};

// Opens "f" in the first export, making it when it is not there.
inline OPEN4args opening(std::string_view owner, u32 access = OPEN4_SHARE_ACCESS_BOTH,
                         u32 deny = OPEN4_SHARE_DENY_NONE, std::string_view name = "f") {
  OPEN4args a{};
  a.share_access = access;
  a.share_deny = deny;
  a.owner.owner = Bytes::of(owner);
  a.openhow.opentype = OPEN4_CREATE;
  a.openhow.how.mode = UNCHECKED4;
  a.claim.claim = CLAIM_NULL;
  a.claim.file = Text::of(name);
  return a;
}
inline Ops at_export() { return Ops().add(OP_PUTROOTFH).lookup("export"); }

}  // namespace dfs::nfs4::test
