#pragma once

#include <uv.h>

#include <memory>

#include "engine/base/ip.h"
#include "engine/fault/registry.h"
#include "engine/loop/loop.h"
#include "engine/net/record_reader.h"
#include "engine/net/write_queue.h"
#include "engine/trace/capture.h"

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
  u32 max_in_flight = 256;  // unanswered requests before no more are taken
  // Bytes of requests not answered yet and of replies the peer has not taken, before no more requests are
  // taken. One request and its reply may go beyond.
  size_t max_bytes = 16u << 20;
  size_t max_total_bytes = 1u << 30;  // the same of all connections; see Connection::account()
  // Bytes of records that are not whole yet, of all connections of one loop; above it the one of which
  // nothing has come for longest is given up.
  size_t max_unfinished_bytes = 256u << 20;
  size_t floor_bytes = 64u << 10;  // what a connection may have in flight while the total is used up
  // What one connection may have done in one turn of the loop before the others have theirs.
  u32 turn_requests = 128;
  size_t turn_bytes = 2u << 20;  // received, and of replies
  size_t receive_buffer = 256u << 10;
  Nanos idle_timeout = 0;  // close a connection that is silent this long; 0: never
  // Close one that in this time takes neither kProgress bytes of its replies nor all of them, or does not
  // bring kProgress bytes of the record it began, or its end.
  Nanos stall_timeout = 60 * kSecond;

  static constexpr size_t kProgress = 64u << 10;
};

// What every connection of a server shares; outlives them.
struct NetContext {
  fault::Registry& faults;
  Trace& trace;
  std::atomic<u64> next_id{1};
  std::atomic<i64> bytes{0};   // in flight on all connections, to within 64 KiB each
  Capture* capture = nullptr;  // who may want to see what the sockets give and take
};

// A TCP stream of records on one loop. Deleted by its ConnectionSet when it is closed and no work is left.
class Connection final : public EndOfTurn {
 public:
  Connection(Loop& loop, NetContext& net, const Framing& framing, const ConnectionLimits& limits,
             ConnectionSet& set);
  ~Connection() override;

  // Takes over a connected non-blocking socket and starts reading. False when the socket is unusable. `ours`:
  // we opened it.
  bool open(int fd, const Endpoint& peer, std::unique_ptr<ConnectionHandler> handler, bool ours = false);

  // Queues bytes; they leave at the end of this turn of the loop, with everything else queued until then.
  void send(SliceList& bytes);
  void close();
  void reset();

  // A request was taken up; reading stops when too many are.
  void begin_work() { ++in_flight_; }
  void end_work();
  // A request has to wait, and this many bytes with it (its own, and those of the reply to come); release()
  // comes before its end_work().
  void hold(size_t bytes) { waiting_bytes_ += bytes; }
  void release(size_t bytes) { waiting_bytes_ -= bytes; }

  Loop& loop() { return loop_; }
  u64 id() const { return id_; }
  const Endpoint& peer() const { return peer_; }
  Endpoint local() const;
  bool closed() const { return state_ != State::open; }
  u32 in_flight() const { return in_flight_; }
  size_t queued() const { return out_.bytes(); }
  size_t bytes_in_flight() const { return waiting_bytes_ + out_.bytes(); }
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
  // Bytes that were received, in a block; `direct`: into the record reader's tail.
  struct Input {
    BlockRef block;
    const u8* p = nullptr;
    size_t n = 0;
    bool direct = false;
  };
  void received(const u8* p, size_t n);
  void deliver(const Input& input);
  Task<void> deliver_later(fault::Action action, Input input);
  void keep(const Input& rest);
  void peer_finished();
  void update_reading();

  bool may_take() const;
  bool turn_left() const { return turn_requests_ > 0 && turn_bytes_ > 0; }
  void begin_turn();
  void next_turn();
  void note_input(size_t n, bool completed);
  void account();

  void flush();
  void flush_limited();
  void sent(size_t n);
  void written(int status);
  // What a capture is told; connection_capture.cpp.
  bool captured() const { return net_.capture != nullptr && net_.capture->on(); }
  void capture_open();
  void capture_input(size_t n);
  void capture_output(size_t n);
  void capture_end(Capture::End how);

  void watch_stall();
  bool stalled(Nanos now) const;
  void close_when_done();
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
  bool peer_finished_ = false;  // it sends no more; it may still take replies
  bool waits_for_turn_ = false;
  u32 in_flight_ = 0;
  size_t waiting_bytes_ = 0;  // of requests that wait, and of their replies
  i64 accounted_ = 0;         // our part of NetContext::bytes
  size_t unfinished_ = 0;     // our part of ConnectionSet::unfinished_
  Input rest_;                // received and not yet taken

  CapturedFlow flow_;
  Bytes untold_{};  // what is being delivered, of which a capture does not know yet
  bool end_told_ = false;

  u64 turn_ = 0;  // the turn of the loop that these belong to
  i64 turn_requests_ = 0;
  i64 turn_bytes_ = 0;

  Nanos last_activity_ = 0;
  bool in_record_ = false;
  Nanos input_since_ = 0;   // the last progress of the unfinished record
  size_t input_bytes_ = 0;  // of it since then
  Nanos output_since_ = 0;  // the last progress of the replies
  size_t output_bytes_ = 0;
  Timers::Id stall_timer_ = 0;

  // what link actions left behind; 0: off
  u64 throttle_ = 0;   // bytes a second
  u64 slice_ = 0;      // bytes a write
  bool deaf_ = false;  // input is taken and thrown away
  bool mute_ = false;  // output is thrown away
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
  // c has input that waits for the next turn of the loop, in which all such go on one after the other.
  void wait_for_turn(Connection& c);
  // c's unfinished record holds `now` bytes instead of `before`.
  void note_unfinished(const Connection& c, size_t before, size_t now);
  size_t size() const { return connections_.size(); }
  bool draining() const { return draining_; }

 private:
  void run_turn();
  void evict(const Connection& but);

  std::unordered_map<u64, std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> waiting_, running_;  // for their turn; in it. nullptr: gone meanwhile
  size_t unfinished_ = 0;                       // bytes of unfinished records
  bool draining_ = false;
};

}  // namespace dfs::net
