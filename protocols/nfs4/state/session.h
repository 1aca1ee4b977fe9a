#pragma once

#include "protocols/nfs4/callback/back_channel.h"
#include "protocols/nfs4/compound.h"
#include "protocols/nfs4/state/callback_security.h"
#include "protocols/nfs4/state/client.h"

namespace dfs::nfs4 {

// What both sides keep to on a channel (RFC 8881 18.36.3): channel_attrs4 without RDMA and header padding.
struct ChannelAttrs {
  u32 max_request = 0, max_response = 0, max_response_cached = 0, max_operations = 0, max_requests = 0;
};
// NFS4_OK, INVAL or TOOSMALL, and what is granted of what is asked for.
nfsstat4 negotiate_fore(const channel_attrs4& asked, u32 io_size, u32 operations, ChannelAttrs* granted);
nfsstat4 negotiate_back(const channel_attrs4& asked, ChannelAttrs* granted);
channel_attrs4 to_wire(const ChannelAttrs& a);

// One place for a request under way and for the reply to the last one (RFC 8881 2.10.6.1).
class Slot final : public ReplyKeeper {
 public:
  void ended(Compound& c, const SliceList& body) override;
  fs::FsError put_down(fs::MetadataTxn& txn, Compound& c, const nfs_resop4& result) override;

 private:
  friend class Session;
  Session* session_ = nullptr;  // whose slot it is

  // changes under the session's mutex
  u32 sequence_ = 0;
  bool used_ = false;    // a request was taken
  bool busy_ = false;    // and is under way
  bool cached_ = false;  // reply_ is its whole reply
  u32 size_ = 0;
  u64 digest_ = 0;  // of the request
  std::unique_ptr<u8[]> reply_;
};

// A session: its slots, and the connections it may be used on. Destroyed while requests are under way it is
// only `dead`: each of them holds it.
class Session : public Counted {
 public:
  Session(State& state, Ref<Client> client, u32 minor, const ChannelAttrs& fore, const ChannelAttrs& back,
          u32 cb_program, CallbackSecurity security);

  // fixed before anybody can find it
  sessionid4 id{};
  Registry<Session>::Number number{};
  bool persistent = false;  // see persistence.h
  const Ref<Client> client;
  const u32 minor;  // that it was made in, and is called back in
  const ChannelAttrs fore, back;

  // What fault rules know of it.
  fault::Context fault_context() const;

  // What a SEQUENCE comes to before its COMPOUND goes on.
  struct Begun {
    nfsstat4 status = NFS4_OK;
    bool replay = false;       // the last request again
    bool reply_known = false;  // and `reply` is what it was answered
    SliceList reply;
  };
  // RFC 8881 18.46.3 and 2.10.6.1: takes the slot for a new request, or finds out that it is none. `digest`
  // tells whether a retry is one.
  Begun begin(const SEQUENCE4args& a, u64 digest, Slot** slot);

  // The sequence number of the last request that the slot was taken for.
  u32 last_on(u32 slot) const;

  // The connection may carry requests (fore) or callbacks (back) of this session.
  enum Direction : u8 { kFore = 1, kBack = 2 };
  void bind(u64 connection, u8 directions);
  bool bound(u64 connection) const;
  // Directions the connection is bound for; 0: none.
  u8 directions_of(u64 connection) const;

  // For callbacks: where and how they may go out (callback/callbacks.h).
  BackChannel back_channel;
  void set_callback(u32 program, CallbackSecurity security);
  u32 callback_program() const;
  CallbackSecurity callback_security() const;
  // A connection bound for callbacks; 0: there is none.
  u64 back_connection() const;
  // The connection is closed, or the client takes no callbacks over it.
  void unbind_back(u64 connection);
  // The client's answers made no sense, or none came.
  std::atomic<bool> callback_fault{false};
  // unknown: no connection was ever bound for callbacks.
  CallbackPath callback_path() const;
  // Of SEQUENCE, beside those of the client: SEQ4_STATUS_CB_PATH_DOWN_SESSION.
  u32 sequence_flags() const { return sequence_flags_.load(std::memory_order_relaxed); }

  // No request finds it any more. False: others than `mine` are under way (DELAY).
  bool close(const Session* mine);
  // The same, whatever is under way.
  void kill();

  // For state/snapshot.h.
  struct SlotView {
    u32 sequence;
    bool used, busy, cached;
    u32 reply_size;
  };
  std::vector<SlotView> slots() const;
  struct Connection {
    u64 id;
    u8 directions;
  };
  std::vector<Connection> connections() const;

 private:
  friend class Slot;
  bool has_back_locked() const;
  void decide_flags_locked();
  static constexpr size_t kMaxConnections = 64;  // the ones bound longest ago are forgotten

  State& state_;
  std::atomic<u64> last_connection_{UINT64_MAX};  // bound, and for requests
  std::atomic<u32> sequence_flags_{0};

  mutable std::mutex mutex_;
  // changes under mutex_
  std::unique_ptr<Slot[]> slots_;
  std::vector<Connection> connections_;
  bool back_wanted_ = false;  // some connection was bound for callbacks
  u32 busy_ = 0;
  u32 cb_program_;
  CallbackSecurity cb_security_;
  bool dead_ = false;
};

}  // namespace dfs::nfs4
