// What a client sends, from its bytes to the replies: records, RPC, MOUNT, NFSv3, NFSv4, portmap and rpcbind
// over a file system in memory. The first byte chooses the port (1: portmap's) and the transport (2: one
// datagram), the second how the stream is cut into reads. Each reply must be a whole record that answers its
// call with results as their description has them, and no call may be left over.
#include "engine/base/fuzz/target.h"
#include "protocols/server/fuzz/calls.h"
#include "protocols/server/fuzz/stream_world.h"

namespace dfs::fuzz {

constexpr u32 kCompounds = 150;

void run(Bytes input) {
  Front front(input);
  const u8 how = front.byte();
  const u8 cuts = front.byte();
  const bool portmap = (how & 1) != 0, datagram = (how & 2) != 0;
  World world;
  Peer peer(datagram);
  if (datagram)
    world.message(peer, portmap, front.rest().view());
  else
    world.stream(peer, portmap, front.rest().view(), cuts);
}

// Each procedure once, COMPOUND often, and a session of all of them.
void seeds(FunctionRef<void(std::string_view)> give) {
  const World world;
  u32 seed = 1;
  for (const bool portmap : {false, true}) {
    std::string session = {static_cast<char>(portmap), 7};
    const auto one = [&](const wire::ProcDesc& p) {
      ++seed;
      const std::string call =
          call_message({.xid = seed, .program = p.prog, .version = p.vers, .procedure = p.proc},
                       random_arguments(p, world.known(), seed));
      session += as_record(call);
      give(std::string{static_cast<char>(portmap), static_cast<char>(seed)} + as_record(call, 1 + seed % 3));
      if (seed % 4 == 0) give(std::string{static_cast<char>(portmap ? 3 : 2), 0} + call);
    };
    for (const wire::ProcDesc* p : procedures(portmap)) {
      const bool compound = p->prog == nfs4::NFS4_PROGRAM && p->proc == nfs4::NFSPROC4_COMPOUND;
      for (u32 times = compound ? kCompounds : 1; times > 0; --times) one(*p);
    }
    give(session);
  }
}

}  // namespace dfs::fuzz
