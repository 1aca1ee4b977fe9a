#include "protocols/rpc/auth.h"

namespace dfs::rpc {
namespace {

constexpr u32 kMaxAuthBody = 400;     // RFC 5531 8.2: opaque body<400>
constexpr u32 kMaxMachineName = 255;  // RFC 5531 14 (appendix A): authsys_parms
constexpr u32 kMaxGids = 16;

// The body of AUTH_SYS: stamp, machinename<255>, uid, gid, gids<16>.
bool decode_sys(Bytes body, Caller& out) {
  Arena none(0);
  wire::Reader r(body.data, body.size, none);
  u32 stamp;
  Text machine;
  if (!r.u32(stamp) || !r.text(machine, kMaxMachineName) || !r.u32(out.uid) || !r.u32(out.gid)) return false;
  if (!r.count(out.gid_count, kMaxGids, 4)) return false;
  for (u32 i = 0; i < out.gid_count; ++i)
    if (!r.u32(out.gids[i])) return false;
  return r.finish();
}

}  // namespace

AuthStat authenticate(wire::Reader& r, Caller& out) {
  out = Caller{};
  u32 flavor;
  Bytes body;
  if (!r.u32(flavor) || !r.opaque(body, kMaxAuthBody)) return AuthStat::bad_cred;
  AuthStat verdict = AuthStat::ok;
  switch (static_cast<Flavor>(flavor)) {
    case Flavor::none:
      if (body.size != 0) verdict = AuthStat::bad_cred;  // RFC 5531 10.1: the body's length is zero
      break;
    case Flavor::sys:
      out.flavor = Flavor::sys;
      if (!decode_sys(body, out)) verdict = AuthStat::bad_cred;
      break;
    default:
      verdict = AuthStat::rejected_cred;
      break;
  }
  // The verifier of both flavors is AUTH_NONE; its content is nothing we judge, its form is.
  u32 verf_flavor;
  Bytes verf;
  if (!r.u32(verf_flavor) || !r.opaque(verf, kMaxAuthBody))
    return verdict != AuthStat::ok ? verdict : AuthStat::bad_verf;
  if (verdict == AuthStat::ok && verf_flavor != static_cast<u32>(Flavor::none))
    return AuthStat::rejected_verf;
  return verdict;
}

}  // namespace dfs::rpc
