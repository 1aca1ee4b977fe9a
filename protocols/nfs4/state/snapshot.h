#pragma once

#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "protocols/nfs4/nfs4.h"

namespace dfs::nfs4 {

class State;

// What the server holds for its clients, as plain values: for tests and for whoever looks. Taken while
// requests go on, so that two parts of it may be of different moments; a part is of one.
namespace snapshot {

struct Slot {
  u32 sequence = 0;
  bool busy = false, cached = false;
  u32 reply_bytes = 0;
};
struct Connection {
  u64 id = 0;
  bool fore = false, back = false;
};
struct Session {
  std::string id;  // 16 bytes
  u32 callback_program = 0;
  u32 max_request = 0, max_response = 0, max_response_cached = 0, max_operations = 0;
  std::vector<Slot> slots;
  std::vector<Connection> connections;
  bool persistent = false;
};
struct SavedReply {
  u32 slot = 0, sequence = 0, results = 0;
  bool kept = false;
};
struct DeadSession {  // that an earlier run left
  std::string id, owner;
  double left = 0;  // seconds until it ends if nobody asks for it
  std::vector<SavedReply> replies;
};

struct Range {
  u64 first = 0, last = 0;
  bool exclusive = false;
};
struct Lock {  // a lock stateid
  std::string owner;
  std::string other;  // 12 bytes
  u32 seqid = 0;
  u64 file_id = 0;
  std::string file_system;  // its uuid
  std::vector<Range> ranges;
};
struct Open {
  std::string owner;
  std::string other;
  u32 seqid = 0;
  u64 file_id = 0;
  std::string file_system;
  u32 access = 0, deny = 0;
  u32 locks = 0;  // lock stateids made with it
};
struct Delegation {
  std::string other;
  u32 seqid = 0;
  u64 file_id = 0;
  std::string file_system;
  const char* type = "";  // read, write, directory
  bool write = false, recalled = false;
  u32 notifications = 0;  // 1 << notify_type4: what the client of a directory's is told
  bool times = false;     // given with its file's times
  bool previous = false;  // kept for the client since its restart, which has not claimed it
};
struct Want {  // of a delegation, to be pushed or signalled
  u64 file_id = 0;
  bool write = false, push = false;
};
struct Owner {
  std::string name;
  bool known = false;  // 4.0: `seqid` is that of its last request
  u32 seqid = 0;
  bool confirmed = false;
  u32 opens = 0, locks = 0;
};

struct Client {
  u64 id = 0;
  u32 minor = 0;  // 0, or 1 for all that have sessions
  std::string owner;
  std::string implementation;
  bool confirmed = false;
  bool reclaim_complete = false;
  bool may_reclaim = false;          // the last run of the server left it
  bool courtesy = false;             // its lease has ended, and it has its state still
  std::vector<std::string> revoked;  // stateids taken away, whose loss it has not acknowledged: 12 bytes each
  bool recorded = false;             // it has a row in the roster
  double lease_left = 0;             // seconds
  std::vector<Session> sessions;
  std::vector<Owner> open_owners, lock_owners;
  std::vector<Open> opens;
  std::vector<Lock> locks;
  std::vector<Delegation> delegations;
  std::vector<Want> wants;
  const char* callback_path = "";  // unknown, up, down, fault
};

struct Reclaimer {  // who may reclaim when the server ends now
  u32 minor = 0;
  std::string owner, verifier;
  u64 client = 0;         // whose id it is now; 0: nobody has come back for it
  bool complete = false;  // it came back, and said that it has reclaimed what it wants
};
struct Grace {
  bool active = false;
  double left = 0;  // seconds, at the most
};

struct File {  // that somebody has claims on
  u64 file_id = 0;
  std::string file_system;
  u32 shares = 0, ranges = 0, grants = 0;
  u32 changes = 0;  // under way, that nothing may be granted beside
};

struct DelegationCount {  // since the start
  const char* type = "";
  u64 outstanding = 0, granted = 0, recalled = 0, returned = 0, revoked = 0;
};
struct Notifications {  // that wait, of watched directories
  u64 directories = 0, changes = 0, unsent = 0;
};

}  // namespace snapshot

struct Snapshot {
  std::vector<snapshot::Client> clients;
  std::vector<snapshot::File> files;
  std::vector<snapshot::Reclaimer> roster;
  snapshot::Grace grace;
  std::vector<snapshot::DelegationCount> delegations;
  snapshot::Notifications notifications;
  std::vector<snapshot::DeadSession> dead_sessions;
  u64 stateids = 0, sessions = 0;
};

Snapshot take_snapshot(State& state);

// What does not agree with itself, a sentence each: a claim without an open, a stateid that nobody has. For
// moments when no request is under way.
std::vector<std::string> check_invariants(State& state);

}  // namespace dfs::nfs4
