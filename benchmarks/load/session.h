#pragma once

#include <initializer_list>
#include <map>
#include <vector>

#include "benchmarks/load/workload.h"
#include "protocols/nfs4/nfs4.h"

namespace dfs::load {

// An operation with its arguments, which must outlive it.
template <class Args>
nfs4::nfs_argop4 op(nfs4::nfs_opnum4 number, const Args& args) {
  nfs4::nfs_argop4 o{};
  o.argop = number;
  const void* const p = &args;
  std::memcpy(static_cast<void*>(&o.opaccess), &p, sizeof p);  // every arm is a pointer
  return o;
}
inline nfs4::nfs_argop4 op(nfs4::nfs_opnum4 number) {
  nfs4::nfs_argop4 o{};
  o.argop = number;
  return o;
}

// A COMPOUND of minor version 1 that begins with a SEQUENCE still to be stamped, as a whole call message.
std::string sequenced(std::initializer_list<nfs4::nfs_argop4> ops);
// Says which request of which slot such a message is.
void stamp(std::string& request, const nfs4::sessionid4& session, u32 sequence, u32 slot, u32 slots);

// An NFSv4.1 client with its sessions, for what happens before and after the measured part. Throws
// std::runtime_error.
class Session {
 public:
  explicit Session(const Target& target);

  using Handle = std::string;
  // A further session of the same client, with so many slots, for requests of up to io_size bytes of data.
  nfs4::sessionid4 create(u32 slots);

  const Handle& root() const { return root_; }                      // of the export
  Handle directory(const Handle& parent, const std::string& name);  // made, or found
  struct Opened {
    Handle handle;
    nfs4::stateid4 stateid;
  };
  // Opened for reading and writing by the owner; made unless it is there.
  Opened open(const Handle& dir, const std::string& name, const std::string& owner);
  void fill(const Opened& file, u64 size);
  void remove(const Handle& dir, const std::string& name);  // if it is there

  // The arguments of such an OPEN. `name` and `owner` must outlive them.
  nfs4::OPEN4args open_args(std::string_view name, std::string_view owner, bool create) const;
  static nfs4::PUTFH4args fh(const Handle& h) { return {{Bytes::of(h)}}; }

 private:
  nfs4::COMPOUND4res call(std::string request, Arena& arena, bool may_fail = false);
  nfs4::COMPOUND4res in_session(std::initializer_list<nfs4::nfs_argop4> ops, Arena& arena,
                                bool may_fail = false);

  RpcClient client_;
  nfs4::clientid4 clientid_{};
  u32 next_session_ = 0, sequence_ = 0;
  nfs4::sessionid4 session_{};
  Handle root_;
  std::string last_;
};

}  // namespace dfs::load
