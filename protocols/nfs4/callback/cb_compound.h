#pragma once

#include <memory>
#include <string>

#include "engine/base/arena.h"
#include "engine/wire/writer.h"
#include "protocols/nfs4/callback/referring_call.h"
#include "protocols/nfs4/nfs4_cb.h"

namespace dfs::nfs4 {

// The operations of a CB_COMPOUND (RFC 7530 17.2, RFC 8881 20), encoded as they are added: nothing their
// arguments refer to has to live on, and a retry is the same bytes. CB_SEQUENCE is not among them: the path
// adds it.
class CbOps {
 public:
  template <class Args>
  CbOps& add(nfs4_cb::nfs_cb_opnum4 number, const Args& args) {
    if (count_++ == 0) first_ = number;
    bytes_ += wire::encode_to_string([&](wire::Writer& w) {
      w.u32(static_cast<u32>(number));
      encode(w, args);
    });
    return *this;
  }
  // CB_SEQUENCE names this request, unless the client has its reply already. 4.0 has no such thing.
  CbOps& about(const ReferringCall& call, State& state) {
    if (call.open(state)) referring_ = call;
    return *this;
  }
  const ReferringCall& referring() const { return referring_; }
  u32 count() const { return count_; }
  const std::string& bytes() const { return bytes_; }
  // What traces and fault points call the whole.
  const char* name() const;

 private:
  std::string bytes_;
  u32 count_ = 0;
  ReferringCall referring_;
  nfs4_cb::nfs_cb_opnum4 first_ = nfs4_cb::OP_CB_ILLEGAL;
};

// "CB_RECALL"; nullptr: there is no such operation.
const char* cb_op_name(u32 number);

// What came of a callback.
struct CbResult {
  enum class Path : u8 {
    answered,   // `status` is the CB_COMPOUND's
    none,       // there is no way to the client, or it went: nobody knows whether the client saw the callback
    timed_out,  // the client said nothing in time
    garbage,    // it answered with what is no CB_COMPOUND4res, or not one to what was sent
    too_big,    // more than the back channel's attributes let through: nothing was sent
  };
  Path path = Path::none;
  nfsstat4 status = NFS4ERR_SERVERFAULT;

  bool answered() const { return path == Path::answered; }
  bool ok() const { return answered() && status == NFS4_OK; }
  // The result of the operation that was added at this place; null: the CB_COMPOUND ended before it.
  const nfs4_cb::nfs_cb_resop4* operator[](u32 at) const {
    const u32 i = at + skipped;
    return reply && i < reply->res.resarray.size ? &reply->res.resarray[i] : nullptr;
  }

  // The decoded reply and what it lies in.
  struct Reply {
    std::string bytes;
    Arena arena{1u << 20};
    nfs4_cb::CB_COMPOUND4res res{};
  };
  std::shared_ptr<Reply> reply;
  u32 skipped = 0;  // results in front: CB_SEQUENCE's
};

// The reply in a callback's results; null when it makes no sense.
std::shared_ptr<CbResult::Reply> decode_cb_reply(std::string results);

}  // namespace dfs::nfs4
