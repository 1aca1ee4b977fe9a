#pragma once

#include <memory>

#include "engine/base/random.h"
#include "engine/fault/registry.h"
#include "engine/fs/exports.h"
#include "protocols/nfs4/attrs/owners.h"
#include "protocols/rpc/drc.h"
#include "protocols/rpc/hooks.h"
#include "protocols/rpc/program.h"

namespace dfs::nfs4 {

class State;   // clients, sessions, opens, locks: state/state.h
class Pseudo;  // the file system that joins the exports: pseudo.h

// Sizes and times a client is told and held to.
struct Limits {
  u32 io_size = 1u << 20;      // maxread, maxwrite
  u32 operations = 128;        // of one COMPOUND: RESOURCE in 4.0, ca_maxoperations from 4.1 on
  Nanos lease = 90 * kSecond;  // lease_time
  u64 async_copy = 1u << 20;   // a COPY of more bytes may go on behind its COMPOUND
  bool delegations = true;
  u64 max_delegations = 65536;       // of all clients together
  u64 max_read_delegations = 65536;  // of these, of each type
  u64 max_write_delegations = 65536;
  u64 max_dir_delegations = 65536;
  Nanos dir_notify_delay =
      50 * kMillisecond;                  // that a change of a directory waits for others to be told with
  size_t dir_notify_batch = 100;          // changes that wait for no others
  size_t dir_notify_backlog = 1000;       // that wait for one directory, or client, before it is recalled
  size_t dir_notify_entries = 10000;      // of a directory of whose entries a client is told
  u64 max_wants = 4096;                   // of all clients together: delegations that they were promised
  Nanos recall_wait = kSecond;            // that a conflicting request waits before it is told DELAY
  Nanos callback_timeout = 10 * kSecond;  // a client's answer to a callback; a connection to it
  Nanos grace = 0;  // period at a start with clients to wait for; at least the lease they had
  // So long after its lease ended a client keeps what nobody else wants; and so many clients.
  Nanos courtesy = 24 * 3600 * kSecond;
  u32 courtesy_clients = 1024;
};

// What NFSv4 needs of the server; outlives every call.
struct Nfs4 {
  const fs::ExportTable& exports;
  const fs::HandleSealer& sealer;
  Clock& clock;
  Random& random;
  fault::Registry& faults;
  Trace& trace;
  rpc::DuplicateRequestCache& drc;
  Limits limits;
  Owners owners;
  const rpc::Hooks* hooks = nullptr;  // who stands in front of operations; null: nobody
  std::unique_ptr<Pseudo> pseudo;
  std::unique_ptr<State> state;

  Nfs4(const fs::ExportTable& exports, const fs::HandleSealer& sealer, Clock& clock, Random& random,
       fault::Registry& faults, Trace& trace, rpc::DuplicateRequestCache& drc, const Limits& limits);
  ~Nfs4();
};

// Registers the program with NULL and COMPOUND.
rpc::Program program(Nfs4& n);

}  // namespace dfs::nfs4
