#include "protocols/server/fuzz/compounds.h"

#include "engine/wire/random_value.h"
#include "engine/wire/table_codec.h"
#include "engine/wire/writer.h"

namespace dfs::fuzz {
namespace {

using namespace nfs4;

constexpr u32 kMaxOperations = 8;

const wire::TypeDesc& operation_type() {
  static const wire::TypeDesc& type = [&]() -> const wire::TypeDesc& {
    for (u32 i = 0; i < schema.type_count; ++i)
      if (std::string_view(schema.types[i]->name) == "nfs_argop4") return *schema.types[i];
    require(false, "no operations");
    std::abort();
  }();
  return type;
}

template <class Args>
nfs_argop4 operation(nfs_opnum4 number, const Args* args) {
  nfs_argop4 op{};
  op.argop = number;
  const void* arm = args;
  std::memcpy(&op.opputfh, &arm, sizeof arm);  // every arm is a pointer
  return op;
}

template <class T>
const T* kept(Arena& arena, const T& value) {
  return arena.construct<T>(value);
}

std::string encoded(const COMPOUND4args& args) {
  return wire::encode_to_string([&](wire::Writer& w) { encode(w, args); });
}

// Attributes whose values are right, which random bytes never are.
fattr4 some_attributes(Arena& arena, Sequence& random) {
  auto* words = arena.make<u32>(2);
  const auto values = [&](auto&& write) {
    return Bytes::of(arena.copy(wire::encode_to_string(write)).view());
  };
  const auto second = [&](u32 number, auto&& write) {
    words[1] = 1u << (number - 32);
    return fattr4{{words, 2}, values(write)};
  };
  switch (random.below(5)) {
    case 0:
      words[0] = 1u << FATTR4_SIZE;
      return {{words, 1}, values([&](wire::Writer& w) { w.u64(random.below(100'000)); })};
    case 1:
      return second(FATTR4_MODE, [&](wire::Writer& w) { w.u32(random.below(010000)); });
    case 2:
      return second(FATTR4_OWNER, [&](wire::Writer& w) { w.text(Text::of("1000")); });
    case 3:
      return second(FATTR4_TIME_MODIFY_SET, [&](wire::Writer& w) { w.u32(SET_TO_SERVER_TIME4); });
    default:
      words[0] = 1u << FATTR4_ACL;
      return {{words, 1}, values([&](wire::Writer& w) {
                w.u32(1);
                for (u32 v : {random.below(4), random.below(256), static_cast<u32>(random.next()) & 0x1f07ff})
                  w.u32(v);
                w.text(Text::of("EVERYONE@"));
              })};
  }
}

nfs_argop4 random_operation(const Known& known, Arena& arena, Sequence& random) {
  nfs_argop4 op{};
  if (!wire::RandomValues(random.next()).fill(operation_type(), &op, arena)) return {};
  plant(operation_type(), &op, known, arena, random);
  if (op.argop == OP_SETATTR && random.below(4) != 0)
    const_cast<SETATTR4args*>(op.opsetattr)->obj_attributes = some_attributes(arena, random);
  if (op.argop == OP_CREATE && random.below(4) != 0)
    const_cast<CREATE4args*>(op.opcreate)->createattrs = some_attributes(arena, random);
  return op;
}

}  // namespace

std::string random_compound(const Known& known, Sequence& random) {
  Arena arena;
  auto* ops = arena.make<nfs_argop4>(kMaxOperations + 3);
  u32 count = 0;
  const u32 minor = random.below(16) == 0 ? 3 : random.below(3);
  if (minor > 0 && !known.sessions.empty() && random.below(8) != 0) {
    SEQUENCE4args s{};
    std::memcpy(&s.sa_sessionid, known.sessions[0].data(), sizeof s.sa_sessionid);
    s.sa_slotid = slotid4{random.below(4)};
    s.sa_sequenceid = 1 + random.below(4);
    s.sa_cachethis = random.below(2) != 0;
    ops[count++] = operation(OP_SEQUENCE, kept(arena, s));
  }
  const auto put = [&] {
    const std::string& handle = known.handles[random.below(static_cast<u32>(known.handles.size()))];
    ops[count++] = operation(OP_PUTFH, kept(arena, PUTFH4args{arena.copy(Bytes::of(handle))}));
  };
  if (random.below(8) != 0) put();
  if (random.below(4) == 0) {
    ops[count++].argop = OP_SAVEFH;
    put();
  }
  const u32 most = std::min(kMaxOperations, count + 1 + random.below(4));
  while (count < most) ops[count++] = random_operation(known, arena, random);
  return encoded({Text::of(""), minor, {ops, count}});
}

void Clientele::introduce(std::string_view root) {
  Arena arena;
  const auto compound = [&](std::initializer_list<nfs_argop4> ops) {
    const std::string reply =
        ask(encoded({Text::of(""), minor, {ops.begin(), static_cast<u32>(ops.size())}}));
    const Bytes copy = arena.copy(Bytes::of(reply));
    wire::Reader r(copy.data, copy.size, arena);
    COMPOUND4res res;
    require(decode(r, res) && res.status == NFS4_OK, "a client that is not taken");
    return res;
  };
  OPEN4args open{};
  open.share_access = OPEN4_SHARE_ACCESS_BOTH;
  open.owner.owner = Bytes::of("owner");
  const auto put = operation(OP_PUTFH, kept(arena, PUTFH4args{Bytes::of(root)}));
  if (minor == 0) {
    SETCLIENTID4args a{};
    a.client.id = Bytes::of("client");
    const SETCLIENTID4resok set = compound({operation(OP_SETCLIENTID, &a)}).resarray[0].opsetclientid->resok4;
    client = open.owner.clientid = set.clientid;
    const SETCLIENTID_CONFIRM4args confirm{client, set.setclientid_confirm};
    compound({operation(OP_SETCLIENTID_CONFIRM, &confirm)});
    open.claim.claim = CLAIM_NULL;
    open.claim.file = Text::of("file");
    stateid = compound({put, operation(OP_OPEN, &open)}).resarray[1].opopen->resok4.stateid;
    return;
  }
  EXCHANGE_ID4args id{};
  id.eia_clientowner.co_ownerid = Bytes::of("client");
  const EXCHANGE_ID4resok known =
      compound({operation(OP_EXCHANGE_ID, &id)}).resarray[0].opexchange_id->eir_resok4;
  client = known.eir_clientid;
  CREATE_SESSION4args create{};
  create.csa_clientid = client;
  create.csa_sequence = known.eir_sequenceid;
  create.csa_fore_chan_attrs = create.csa_back_chan_attrs = {0, 1u << 17, 1u << 17, 1u << 16, 16, 4, {}};
  session = compound({operation(OP_CREATE_SESSION, &create)})
                .resarray[0]
                .opcreate_session->csr_resok4.csr_sessionid;
  SEQUENCE4args sequence{session, 1, {}, {}, true};
  const RECLAIM_COMPLETE4args complete{false};
  compound({operation(OP_SEQUENCE, &sequence), operation(OP_RECLAIM_COMPLETE, &complete)});
  sequence.sa_sequenceid = 2;
  open.claim.claim = CLAIM_NULL;
  open.claim.file = Text::of("file");
  const auto opened = compound({operation(OP_SEQUENCE, &sequence), put, operation(OP_OPEN, &open)});
  stateid = opened.resarray[2].opopen->resok4.stateid;
}

}  // namespace dfs::fuzz
