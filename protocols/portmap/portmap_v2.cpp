#include "protocols/portmap/program.h"

namespace dfs::portmap {
namespace {

using rpc::Call;
using rpc::Void;

const char* netid_of(u32 protocol) {
  if (protocol == IPPROTO_TCP) return "tcp";
  if (protocol == IPPROTO_UDP) return "udp";
  return "";
}

void count(Portmap& p, u32 procedure) {
  p.statistics.calls[0][procedure].fetch_add(1, std::memory_order_relaxed);
}

Async<Void> null(Portmap& p, Call&, const Void&) {
  count(p, PMAPPROC_NULL);
  return Void{};
}

// The table is changed from this host only: whoever could change it from afar could redirect every client.
Async<bool> set(Portmap& p, Call& call, const mapping& m) {
  count(p, PMAPPROC_SET);
  const std::string_view netid = netid_of(m.prot);
  if (!call.transport->peer().ip.loopback() || netid.empty() || m.port > 65535) return false;
  const Endpoint any{*IpAddress::parse("0.0.0.0"), static_cast<u16>(m.port)};
  const bool done = p.registry.set({m.prog, m.vers, std::string(netid), any, "portmap"});
  if (done) p.statistics.sets[0].fetch_add(1, std::memory_order_relaxed);
  return done;
}

// RFC 1833 3.2: the protocol and port of the arguments are ignored.
Async<bool> unset(Portmap& p, Call& call, const mapping& m) {
  count(p, PMAPPROC_UNSET);
  if (!call.transport->peer().ip.loopback()) return false;
  const bool done = p.registry.unset(m.prog, m.vers, {}, {});
  if (done) p.statistics.unsets[0].fetch_add(1, std::memory_order_relaxed);
  return done;
}

Async<u32> getport(Portmap& p, Call&, const mapping& m) {
  count(p, PMAPPROC_GETPORT);
  auto found = p.registry.find_any_version(m.prog, m.vers, netid_of(m.prot));
  return u32{found ? found->address.port : u16{0}};
}

Async<pmaplist> dump(Portmap& p, Call& call, const Void&) {
  count(p, PMAPPROC_DUMP);
  const auto all = p.registry.all();
  auto* out = call.arena.make<pmapentry>(all.size());
  u32 n = 0;
  for (const Service& s : all) {
    if (s.netid != "tcp" && s.netid != "udp") continue;  // version 2 knows no others
    out[n++].map = {s.program, s.version, s.netid == "tcp" ? IPPROTO_TCP : IPPROTO_UDP, s.address.port};
  }
  return pmaplist{out, n};
}

}  // namespace

rpc::Program program_v2(Portmap& p) {
  using rpc::serve;
  rpc::Program out{PMAP_PROG, PMAP_VERS, "portmap", {}, &p, fault::Point::portmap_proc_enter, false, {}};
  out.schema = &schema;
  out.procedures = {
      {PMAPPROC_NULL, "NULL", false, false, serve<Portmap, Void, Void, null>, nullptr},
      {PMAPPROC_SET, "SET", true, false, serve<Portmap, mapping, bool, set, nullptr, rpc::encode_bool>,
       nullptr},
      {PMAPPROC_UNSET, "UNSET", true, false, serve<Portmap, mapping, bool, unset, nullptr, rpc::encode_bool>,
       nullptr},
      {PMAPPROC_GETPORT, "GETPORT", false, false,
       serve<Portmap, mapping, u32, getport, nullptr, rpc::encode_uint>, nullptr},
      {PMAPPROC_DUMP, "DUMP", false, false, serve<Portmap, Void, pmaplist, dump, nullptr, encode_pmaplist>,
       nullptr},
      // RFC 1833 3.2: silent unless the call succeeded. It never does here: forwarding calls for strangers is
      // how port mappers amplified attacks.
      {PMAPPROC_CALLIT, "CALLIT", false, false, rpc::serve_silence, nullptr},
  };
  return out;
}

}  // namespace dfs::portmap
