#pragma once

#include <array>

#include "engine/base/arena.h"
#include "engine/base/ip.h"
#include "engine/base/slice.h"
#include "engine/fault/action.h"
#include "engine/loop/loop.h"
#include "engine/wire/reader.h"
#include "engine/wire/writer.h"

namespace dfs::rpc {

// RFC 5531 8.2 and the IANA flavor numbers.
enum class Flavor : u32 { none = 0, sys = 1 };

// Who the transport says is calling, before any export squashes it.
struct Caller {
  Flavor flavor = Flavor::none;
  u32 uid = 65534, gid = 65534;
  std::array<u32, 16> gids{};
  u32 gid_count = 0;
  std::span<const u32> groups() const { return {gids.data(), gid_count}; }
};

// Where a call came from and where its reply goes. Lives as long as the call (connections count their calls).
class Transport {
 public:
  virtual ~Transport() = default;
  virtual void send(SliceList& reply) = 0;                    // a whole message with its record mark
  virtual void send_after(SliceList& reply, u32 others) = 0;  // once `others` more replies were sent
  virtual void call_started() = 0;
  virtual void call_ended() = 0;
  // A call waits, and so many bytes with it; release() comes before its call_ended().
  virtual void hold(size_t bytes) = 0;
  virtual void release(size_t bytes) = 0;
  virtual void apply(const fault::Action&) = 0;  // link actions
  virtual const Endpoint& peer() const = 0;
  virtual Endpoint local() const = 0;  // our own address as the peer reached it; a wildcard when unknown
  virtual u64 id() const = 0;
  virtual bool datagram() const = 0;  // no record marks, replies fit in one datagram
};

// One request from its record to its reply: arguments, memory, credentials. Recycled per loop.
class Call {
 public:
  explicit Call(Loop& loop) : loop(loop), args(nullptr, 0, arena) {}

  // Puts the record where it lives as long as the call: small ones are copied, so that a suspended call never
  // pins the shared receive buffer; large ones keep their block.
  void take(const u8* data, u32 size, BlockRef block);
  // The record becomes another one, before it is looked at.
  void replace(std::string_view record);
  // The view as a Slice that may outlive the call; `v` lies in this call's record, or is copied.
  Slice slice(Bytes v) const;
  SliceList slices(const Payload& p) const;
  // Keeps slices alive until the reply is encoded and lists them as payload pieces.
  Payload keep(SliceList list);

  // Starts over the reply, writes the accepted header with `accept_stat`, then what encode writes.
  template <class F>
  void reply(u32 accept_stat, F&& encode) {
    reply_bytes.clear();
    wire::Writer w(reply_bytes, loop.reply_cursor());
    w.keep = &kept;
    u8* mark = w.reserve(4);
    write_accepted(w, accept_stat);
    encode(w);
    finish_record(mark, w);
  }
  void reply(u32 accept_stat) {
    reply(accept_stat, [](wire::Writer&) {});
  }
  // PROG_MISMATCH with the versions there are (RFC 5531 9).
  void reply_mismatch(u32 low, u32 high);
  void deny_version();
  void deny_auth(u32 auth_stat);

  // The reply will carry about this many bytes of data. Said before a handler waits for them, so that the
  // connection's quota covers what is on its way.
  void expect(u32 bytes) { expected_ = bytes; }
  // Charges the connection for a call that waits; settle_hold() when it no longer does.
  void hold();
  void settle_hold();

  void recycle();

  Loop& loop;
  Transport* transport = nullptr;
  u64 number = 0;  // of the trace; 0 while there is none
  u32 xid = 0, program = 0, version = 0, procedure = 0;
  Caller caller;
  Arena arena;
  wire::Reader args;
  std::string_view record;  // the whole message, for checksums
  SliceList kept;
  SliceList reply_bytes;  // the finished reply, record mark included; empty: none is sent

 private:
  void write_accepted(wire::Writer& w, u32 accept_stat);
  static void finish_record(u8* mark, wire::Writer& w);
  BlockRef block_;
  u32 expected_ = 0;
  size_t held_ = 0;  // what the transport was told
};

}  // namespace dfs::rpc
