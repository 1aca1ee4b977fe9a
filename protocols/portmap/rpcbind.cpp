#include <fmt/format.h>

#include "protocols/portmap/program.h"

namespace dfs::portmap {

Endpoint Portmap::reachable(const Service& s, const rpc::Call& call, std::string_view hint) const {
  static const IpAddress kAny4 = *IpAddress::parse("0.0.0.0"), kAny6{};
  auto wildcard = [](const IpAddress& a) { return a == kAny4 || a == kAny6; };
  Endpoint e = s.address;
  if (!wildcard(e.ip)) return e;
  e.ip = call.transport->local().ip;
  // Over UDP on a wildcard socket our own address is not known; the caller's hint says how it reached us.
  if (wildcard(e.ip))
    if (auto named = from_uaddr(hint)) e.ip = named->ip;
  if (wildcard(e.ip) && call.transport->peer().ip.loopback()) e.ip = call.transport->peer().ip;
  return e;
}

namespace {

using namespace rpcbind;
using rpc::Call;
using rpc::Void;

const char* netid_of(const Call& call) {
  const bool v4 = call.transport->peer().ip.is_v4();
  if (call.transport->datagram()) return v4 ? "udp" : "udp6";
  return v4 ? "tcp" : "tcp6";
}

// Counts the call in the row of its version.
void count(Portmap& p, const Call& call) {
  const u32 row = call.version - 2;
  p.statistics.calls[row][call.procedure].fetch_add(1, std::memory_order_relaxed);
}

Text text(Call& call, const std::string& s) { return call.arena.copy(std::string_view(s)); }

rpcb entry(Call& call, const Service& s) {
  return {s.program, s.version, text(call, s.netid), text(call, to_uaddr(s.address)), text(call, s.owner)};
}

Async<Void> null(Portmap& p, Call& call, const Void&) {
  count(p, call);
  return Void{};
}

Async<bool> set(Portmap& p, Call& call, const rpcb& r) {
  count(p, call);
  const auto address = from_uaddr(r.r_addr.view());
  if (!call.transport->peer().ip.loopback() || !address || !known_netid(r.r_netid.view())) return false;
  // RFC 1833 2.2.1: r_owner is set by the server, from who calls.
  const std::string owner =
      call.caller.flavor == rpc::Flavor::sys ? std::to_string(call.caller.uid) : "unknown";
  const bool done = p.registry.set({r.r_prog, r.r_vers, r.r_netid.str(), *address, owner});
  if (done) p.statistics.sets[call.version - 2].fetch_add(1, std::memory_order_relaxed);
  return done;
}

Async<bool> unset(Portmap& p, Call& call, const rpcb& r) {
  count(p, call);
  if (!call.transport->peer().ip.loopback()) return false;
  // A user removes what is theirs, root what is anybody's (RFC 1833 2.2.1).
  const bool known = call.caller.flavor == rpc::Flavor::sys;
  const std::string owner = known ? std::to_string(call.caller.uid) : "unknown";
  const bool root = known && call.caller.uid == 0;
  const bool done = p.registry.unset(r.r_prog, r.r_vers, r.r_netid.view(), root ? "" : owner);
  if (done) p.statistics.unsets[call.version - 2].fetch_add(1, std::memory_order_relaxed);
  return done;
}

// The netid is that of the transport the request came by (RFC 1833 2.2.1).
Async<uaddr> getaddr(Portmap& p, Call& call, const rpcb& r) {
  count(p, call);
  auto found = p.registry.find_any_version(r.r_prog, r.r_vers, netid_of(call));
  return found ? text(call, to_uaddr(p.reachable(*found, call, r.r_addr.view()))) : Text{};
}

// Version 4: no other version will do.
Async<uaddr> getversaddr(Portmap& p, Call& call, const rpcb& r) {
  count(p, call);
  auto found = p.registry.find(r.r_prog, r.r_vers, netid_of(call));
  return found ? text(call, to_uaddr(p.reachable(*found, call, r.r_addr.view()))) : Text{};
}

Async<rpcblist_ptr> dump(Portmap& p, Call& call, const Void&) {
  count(p, call);
  const auto all = p.registry.all();
  auto* out = call.arena.make<rp__list>(all.size());
  for (size_t i = 0; i < all.size(); ++i) out[i].rpcb_map = entry(call, all[i]);
  return rpcblist_ptr{out, static_cast<u32>(all.size())};
}

Async<u32> gettime(Portmap& p, Call& call, const Void&) {
  count(p, call);
  return static_cast<u32>(p.clock.wall().sec);
}

// A transport address is the sockaddr of its family, as the netbufs of the original are.
Async<netbuf> uaddr2taddr(Portmap& p, Call& call, const uaddr& u) {
  count(p, call);
  const auto e = from_uaddr(u.view());
  if (!e) return netbuf{};
  sockaddr_storage address;
  const auto size = static_cast<u32>(to_sockaddr(*e, address));
  const Bytes bytes = call.arena.copy(Bytes{reinterpret_cast<const u8*>(&address), size});
  return netbuf{size, bytes};
}

Async<uaddr> taddr2uaddr(Portmap& p, Call& call, const netbuf& n) {
  count(p, call);
  sockaddr_storage address{};
  if (n.buf.size < sizeof(sockaddr_in) || n.buf.size > sizeof address) return Text{};
  std::memcpy(&address, n.buf.data, n.buf.size);
  const bool v4 = address.ss_family == AF_INET;
  const bool v6 = address.ss_family == AF_INET6 && n.buf.size >= sizeof(sockaddr_in6);
  if (!v4 && !v6) return Text{};
  return text(call, to_uaddr(Endpoint::of(reinterpret_cast<sockaddr*>(&address))));
}

Async<rpcb_entry_list_ptr> getaddrlist(Portmap& p, Call& call, const rpcb& r) {
  count(p, call);
  const auto all = p.registry.all();
  auto* out = call.arena.make<rpcb_entry_list>(all.size());
  u32 n = 0;
  for (const Service& s : all) {
    if (s.program != r.r_prog || s.version != r.r_vers) continue;
    constexpr u32 kConnectionless = 1, kOrderly = 3;  // NC_TPI_CLTS, NC_TPI_COTS_ORD
    const bool udp = s.netid.starts_with("udp");
    out[n++].rpcb_entry_map = {text(call, to_uaddr(p.reachable(s, call, r.r_addr.view()))),
                               text(call, s.netid), udp ? kConnectionless : kOrderly,
                               Text::of(s.netid.ends_with('6') ? "inet6" : "inet"),
                               Text::of(udp ? "udp" : "tcp")};
  }
  return rpcb_entry_list_ptr{out, n};
}

Async<rpcb_stat_byvers> getstat(Portmap& p, Call& call, const Void&) {
  count(p, call);
  rpcb_stat_byvers out{};  // by RPCBVERS_2_STAT, RPCBVERS_3_STAT, RPCBVERS_4_STAT: version minus two
  for (u32 v = 0; v < out.size(); ++v) {
    for (u32 i = 0; i < RPCBSTAT_HIGHPROC; ++i)
      out[v].info[i] = static_cast<i32>(p.statistics.calls[v][i].load());
    out[v].setinfo = static_cast<i32>(p.statistics.sets[v].load());
    out[v].unsetinfo = static_cast<i32>(p.statistics.unsets[v].load());
  }
  return out;
}

// Procedures 0 to 8 are those of both versions.
rpc::Program common(Portmap& p, u32 version) {
  using rpc::serve;
  rpc::Program out{RPCBPROG, version, "rpcbind", {}, &p, fault::Point::portmap_proc_enter, false, {}};
  out.schema = &rpcbind::schema;
  out.procedures = {
      {RPCBPROC_NULL, "NULL", false, false, serve<Portmap, Void, Void, null>, nullptr},
      {RPCBPROC_SET, "SET", true, false, serve<Portmap, rpcb, bool, set, nullptr, rpc::encode_bool>, nullptr},
      {RPCBPROC_UNSET, "UNSET", true, false, serve<Portmap, rpcb, bool, unset, nullptr, rpc::encode_bool>,
       nullptr},
      {RPCBPROC_GETADDR, "GETADDR", false, false, serve<Portmap, rpcb, uaddr, getaddr, nullptr, encode_uaddr>,
       nullptr},
      {RPCBPROC_DUMP, "DUMP", false, false,
       serve<Portmap, Void, rpcblist_ptr, dump, nullptr, encode_rpcblist_ptr>, nullptr},
      // CALLIT, in version 4 BCAST: silent unless it succeeds, and it never does (RFC 1833 2.2.1).
      {RPCBPROC_CALLIT, "CALLIT", false, false, rpc::serve_silence, nullptr},
      {RPCBPROC_GETTIME, "GETTIME", false, false,
       serve<Portmap, Void, u32, gettime, nullptr, rpc::encode_uint>, nullptr},
      {RPCBPROC_UADDR2TADDR, "UADDR2TADDR", false, false,
       serve<Portmap, uaddr, netbuf, uaddr2taddr, decode_uaddr>, nullptr},
      {RPCBPROC_TADDR2UADDR, "TADDR2UADDR", false, false,
       serve<Portmap, netbuf, uaddr, taddr2uaddr, nullptr, encode_uaddr>, nullptr},
  };
  return out;
}

}  // namespace

rpc::Program rpcbind_v3(Portmap& p) { return common(p, RPCBVERS); }

rpc::Program rpcbind_v4(Portmap& p) {
  using rpc::serve;
  rpc::Program out = common(p, RPCBVERS4);
  out.procedures.push_back({RPCBPROC_GETVERSADDR, "GETVERSADDR", false, false,
                            serve<Portmap, rpcb, uaddr, getversaddr, nullptr, encode_uaddr>, nullptr});
  // INDIRECT is not offered: a gap answers PROC_UNAVAIL.
  out.procedures.push_back({RPCBPROC_INDIRECT, "INDIRECT", false, false, nullptr, nullptr});
  out.procedures.push_back(
      {RPCBPROC_GETADDRLIST, "GETADDRLIST", false, false,
       serve<Portmap, rpcb, rpcb_entry_list_ptr, getaddrlist, nullptr, encode_rpcb_entry_list_ptr>, nullptr});
  out.procedures.push_back({RPCBPROC_GETSTAT, "GETSTAT", false, false,
                            serve<Portmap, Void, rpcb_stat_byvers, getstat, nullptr, encode_rpcb_stat_byvers>,
                            nullptr});
  return out;
}

}  // namespace dfs::portmap
