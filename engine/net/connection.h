#pragma once

#include <uv.h>

#include <memory>

#include "engine/base/ip.h"
#include "engine/fault/registry.h"
#include "engine/loop/loop.h"
#include "engine/net/record_reader.h"
#include "engine/net/write_queue.h"

namespace dfs::net {

class Connection;
class ConnectionSet;

// The protocol's side of one connection; lives as long as the connection.
class ConnectionHandler {
 public:
  virtual ~ConnectionHandler() = default;
  // A record arrived. The handler answers now or later through Connection::send; what it does later is
  // counted with begin_work / end_work.
  virtual void on_record(Record record) = 0;
  // The peer is gone or the connection was closed; nothing can be sent any more.
  virtual void on_closed() {}
};

struct ConnectionLimits {
  RecordLimits record;
  u32 max_in_flight = 256;       // unanswered requests before reading stops
  size_t max_queued = 8u << 20;  // bytes of replies the peer has not taken before reading stops
  size_t receive_buffer = 256u << 10;
  Nanos idle_timeout = 0;  // close a connection that is silent this long; 0: never
  Nanos stall_timeout =
      60 * kSecond;  // close one that takes no reply bytes, or leaves a record unfinished, this long
};

// What every connection of a server shares; outlives them.
struct NetContext {
  fault::Registry& faults;
  Trace& trace;
  std::atomic<u64> next_id{1};
};

// A TCP stream of records on one loop. Deleted by its ConnectionSet when it is closed and no work is left.
class Connection final : public EndOfTurn {
 public:
  Connection(Loop& loop, NetContext& net, const Framing& framing, const ConnectionLimits& limits,
             ConnectionSet& set);
  ~Connection() override;

  // Takes over a connected non-blocking socket and starts reading. False when the socket is unusable.
  bool open(int fd, std::unique_ptr<ConnectionHandler> handler);

  // Queues bytes; they leave at the end of this turn of the loop, with everything else queued until then.
  void send(SliceList& bytes);
  void close();
  void reset();

  // A request was taken up; reading stops when too many are.
  void begin_work() { ++in_flight_; }
  void end_work();

  Loop& loop() { return loop_; }
  u64 id() const { return id_; }
  const Endpoint& peer() const { return peer_; }
  Endpoint local() const;
  bool closed() const { return state_ != State::open; }
  u32 in_flight() const { return in_flight_; }
  size_t queued() const { return out_.bytes(); }
  fault::Registry& faults() { return net_.faults; }
  Trace& trace() { return net_.trace; }

  // Carries out a link action of the fault rules.
  void apply(const fault::Action& action);

  void end_of_turn() override;

 private:
  friend class ConnectionSet;
  enum class State : u8 { idle, open, closing, closed };

  static void on_alloc(uv_handle_t* h, size_t, uv_buf_t* buf);
  static void on_read(uv_stream_t* s, ssize_t n, const uv_buf_t* buf);
  void received(const u8* p, size_t n);
  void deliver(const BlockRef& block, const u8* p, size_t n, bool direct);
  Task<void> deliver_later(fault::Action action, BlockRef block, const u8* p, size_t n, bool direct);
  void update_reading();
  void flush();
  void flush_limited();
  void written(int status);
  void watch_stall();
  void maybe_delete();

  // fixed after construction
  Loop& loop_;
  NetContext& net_;
  const ConnectionLimits& limits_;
  ConnectionSet& set_;
  const u64 id_;
  Endpoint peer_;
  std::unique_ptr<ConnectionHandler> handler_;

  // changes on the loop's thread
  uv_tcp_t tcp_;
  uv_write_t write_request_;
  RecordReader reader_;
  WriteQueue out_;
  size_t writing_ = 0;  // bytes handed to libuv and not yet reported back
  State state_ = State::idle;
  bool reading_ = false;
  bool held_ = false;  // a fault rule holds the input back
  bool in_delivery_ = false;
  u32 in_flight_ = 0;
  Nanos last_progress_ = 0;
  Timers::Id stall_timer_ = 0;

  // what link actions left behind; 0: off
  u64 throttle_ = 0;  // bytes a second
  u64 slice_ = 0;     // bytes a write
  bool deaf_ = false;     // input is taken and thrown away
  bool mute_ = false;     // output is thrown away
  Timers::Id pump_timer_ = 0;
};

// The connections of one loop; on that loop's thread only.
class ConnectionSet {
 public:
  ~ConnectionSet();
  void add(std::unique_ptr<Connection> c);
  void remove(Connection& c);
  // No new requests are read; a connection closes when its last reply has left.
  void drain();
  void close_all();
  size_t size() const { return connections_.size(); }
  bool draining() const { return draining_; }

 private:
  std::unordered_map<u64, std::unique_ptr<Connection>> connections_;
  bool draining_ = false;
};

}  // namespace dfs::net
