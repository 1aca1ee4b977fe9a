#pragma once

#include "engine/fs/handle.h"
#include "protocols/nfs4/callback/referring_call.h"
#include "protocols/nfs4/state/delegated_times.h"
#include "protocols/nfs4/state/state_record.h"

namespace dfs::nfs4 {

enum class DelegationType : u8 { read, write, directory };
constexpr size_t kDelegationTypes = 3;
inline const char* name_of(DelegationType t) {
  return t == DelegationType::read ? "read" : t == DelegationType::write ? "write" : "directory";
}

// A client's delegation of a file (RFC 7530 10.4, RFC 8881 10.4), or of a directory (directory_delegation.h):
// a stateid, and a grant in the file's claims.
class Delegation : public StateRecord {
 public:
  Delegation(Ref<StateOwner> owner, state::FilePin file, Ref<FileHold> h, fs::NodeRef node,
             const Principal& opener, bool write, const fs::HandleBytes& handle, const DelegatedTimes& times)
      : StateRecord(StateKind::delegation, std::move(owner), std::move(file), node),
        opener(opener),
        write(write),
        handle(handle),
        times(times) {
    hold = std::move(h);
  }

  virtual DelegationType type() const { return write ? DelegationType::write : DelegationType::read; }

  const Principal opener;        // for whom the file's permissions were checked
  std::atomic<bool> write;       // changes under the file's mutex, and only from false to true
  const fs::HandleBytes handle;  // by which the client knows the file
  const DelegatedTimes times;

  // changes under the file's mutex
  ReferringCall given_by;  // whose reply tells the client of its stateid
  state::GrantId grant{};
  bool recalled = false;  // asked back
  bool previous =
      false;  // an earlier incarnation of the client had it: kept to be claimed, and not known to it yet
  bool holder_wrote = false;  // its holder has said that it changed the file

  // Changes once: the delegation is over. Callbacks::waits knows who waits for it.
  std::atomic<u32> ended{0};
};

}  // namespace dfs::nfs4
