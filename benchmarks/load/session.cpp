#include "benchmarks/load/session.h"

#include <fmt/format.h>
#include <random>

namespace dfs::load {

using namespace nfs4;

namespace {

constexpr u32 kMinor = 1;
constexpr u32 kMode0666[] = {0, 1u << (FATTR4_MODE - 32)};
constexpr u8 kMode0666Value[] = {0, 0, 1, 0xb6};
const fattr4 kCreated{{kMode0666, 2}, {kMode0666Value, 4}};
constexpr u32 kIo = (1u << 20) + (64u << 10);
constexpr u32 kFill = 256u << 10;

std::string message(const COMPOUND4args& args) {
  return encode_call(0, NFS4_PROGRAM, NFS_V4, NFSPROC4_COMPOUND, encoded(args));
}
std::string message(std::initializer_list<nfs_argop4> ops) {
  return message(COMPOUND4args{{}, kMinor, {ops.begin(), static_cast<u32>(ops.size())}});
}

// Where SEQUENCE's arguments stand in a message of sequenced(): behind the call's header, an empty tag, the
// minor version, the count and the operation's number.
size_t sequence_at() {
  static const size_t at = encode_call(0, 0, 0, 0, "").size() + 16;
  return at;
}

}  // namespace

std::string sequenced(std::initializer_list<nfs_argop4> ops) {
  const SEQUENCE4args sequence{};
  std::vector<nfs_argop4> all{op(OP_SEQUENCE, sequence)};
  all.insert(all.end(), ops.begin(), ops.end());
  return message(COMPOUND4args{{}, kMinor, {all.data(), static_cast<u32>(all.size())}});
}

void stamp(std::string& request, const sessionid4& session, u32 sequence, u32 slot, u32 slots) {
  char* const p = request.data() + sequence_at();
  std::memcpy(p, session.data(), session.size());
  const u32 words[] = {__builtin_bswap32(sequence), __builtin_bswap32(slot), __builtin_bswap32(slots - 1)};
  std::memcpy(p + session.size(), words, sizeof words);
}

Session::Session(const Target& target) : client_(target.nfs) {
  Arena arena;
  std::random_device draw;  // a client that no server has seen yet
  const std::string name = fmt::format("dfs-bench {:08x}{:08x}", draw(), draw());
  EXCHANGE_ID4args who{};
  who.eia_clientowner.co_ownerid = Bytes::of(name);
  who.eia_flags = EXCHGID4_FLAG_USE_NON_PNFS;
  who.eia_state_protect.spa_how = SP4_NONE;
  const auto known = call(message({op(OP_EXCHANGE_ID, who)}), arena).resarray[0].opexchange_id->eir_resok4;
  clientid_ = known.eir_clientid;
  next_session_ = known.eir_sequenceid;
  session_ = create(1);
  const RECLAIM_COMPLETE4args all{false};
  in_session({op(OP_RECLAIM_COMPLETE, all)}, arena);
  in_session({op(OP_PUTROOTFH), op(OP_GETFH)}, arena);
  root_ = decoded<COMPOUND4res>(last_, arena).resarray[2].opgetfh->resok4.object.str();
  for (std::string_view rest = target.path; !rest.empty();) {
    rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
    const std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(part.size());
    if (part.empty()) continue;
    const LOOKUP4args lookup{Text::of(part)};
    const PUTFH4args parent = fh(root_);
    root_ = in_session({op(OP_PUTFH, parent), op(OP_LOOKUP, lookup), op(OP_GETFH)}, arena)
                .resarray[3]
                .opgetfh->resok4.object.str();
  }
}

sessionid4 Session::create(u32 slots) {
  Arena arena;
  CREATE_SESSION4args args{};
  args.csa_clientid = clientid_;
  args.csa_sequence = next_session_++;
  args.csa_fore_chan_attrs = {0, kIo, kIo, 4096, 16, slots, {}};
  args.csa_back_chan_attrs = {0, 4096, 4096, 0, 2, 1, {}};
  args.csa_cb_program = 0x40000000;
  const callback_sec_parms4 security{};  // AUTH_NONE
  args.csa_sec_parms = {&security, 1};
  const auto res =
      call(message({op(OP_CREATE_SESSION, args)}), arena).resarray[0].opcreate_session->csr_resok4;
  if (res.csr_fore_chan_attrs.ca_maxrequests < slots)
    throw std::runtime_error(fmt::format("the server gives {} slots where {} are needed",
                                         res.csr_fore_chan_attrs.ca_maxrequests, slots));
  return res.csr_sessionid;
}

COMPOUND4res Session::call(std::string request, Arena& arena, bool may_fail) {
  const std::string reply = client_.exchange(request);
  if (reply.size() < 24) throw std::runtime_error("the server refused a COMPOUND");
  last_ = reply.substr(24);
  const auto res = decoded<COMPOUND4res>(last_, arena);
  if (res.status != NFS4_OK && !may_fail)
    throw std::runtime_error(fmt::format("operation {} of a COMPOUND failed with status {}",
                                         res.resarray.size, static_cast<int>(res.status)));
  return res;
}

COMPOUND4res Session::in_session(std::initializer_list<nfs_argop4> ops, Arena& arena, bool may_fail) {
  std::string request = sequenced(ops);
  stamp(request, session_, ++sequence_, 0, 1);
  return call(std::move(request), arena, may_fail);
}

Session::Handle Session::directory(const Handle& parent, const std::string& name) {
  Arena arena;
  const PUTFH4args in = fh(parent);
  const LOOKUP4args lookup{Text::of(name)};
  const auto find = {op(OP_PUTFH, in), op(OP_LOOKUP, lookup), op(OP_GETFH)};
  auto res = in_session(find, arena, true);
  if (res.status == NFS4ERR_NOENT) {
    CREATE4args args{};
    args.objtype.type = NF4DIR;
    args.objname = Text::of(name);
    args.createattrs = kCreated;
    in_session({op(OP_PUTFH, in), op(OP_CREATE, args)}, arena);
    res = in_session(find, arena);
  }
  if (res.status != NFS4_OK) throw std::runtime_error(fmt::format("{} cannot be looked up", name));
  return res.resarray[3].opgetfh->resok4.object.str();
}

OPEN4args Session::open_args(std::string_view name, std::string_view owner, bool create) const {
  OPEN4args args{};
  args.share_access = OPEN4_SHARE_ACCESS_BOTH | OPEN4_SHARE_ACCESS_WANT_NO_DELEG;
  args.share_deny = OPEN4_SHARE_DENY_NONE;
  args.owner = {clientid_, Bytes::of(owner)};
  args.openhow.opentype = create ? OPEN4_CREATE : OPEN4_NOCREATE;
  if (create) {
    args.openhow.how.mode = UNCHECKED4;
    args.openhow.how.createattrs = kCreated;
  }
  args.claim.claim = CLAIM_NULL;
  args.claim.file = Text::of(name);
  return args;
}

Session::Opened Session::open(const Handle& dir, const std::string& name, const std::string& owner) {
  Arena arena;
  const PUTFH4args in = fh(dir);
  const OPEN4args args = open_args(name, owner, true);
  const auto res = in_session({op(OP_PUTFH, in), op(OP_OPEN, args), op(OP_GETFH)}, arena);
  return {res.resarray[3].opgetfh->resok4.object.str(), res.resarray[2].opopen->resok4.stateid};
}

void Session::fill(const Opened& file, u64 size) {
  const std::string block(kFill, 'x');
  const IoPiece piece{reinterpret_cast<const u8*>(block.data()), kFill};
  const PUTFH4args in = fh(file.handle);
  for (u64 offset = 0; offset < size; offset += kFill) {
    Arena arena;
    const WRITE4args args{file.stateid, offset, UNSTABLE4, {&piece, 1, kFill}};
    in_session({op(OP_PUTFH, in), op(OP_WRITE, args)}, arena);
  }
}

void Session::remove(const Handle& dir, const std::string& name) {
  Arena arena;
  const PUTFH4args in = fh(dir);
  const REMOVE4args args{Text::of(name)};
  in_session({op(OP_PUTFH, in), op(OP_REMOVE, args)}, arena, true);
}

}  // namespace dfs::load
