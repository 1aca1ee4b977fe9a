#pragma once

#include "engine/net/connection.h"
#include "engine/net/datagram.h"
#include "protocols/rpc/dispatcher.h"
#include "protocols/rpc/outgoing.h"

namespace dfs::rpc {

// RPC over one TCP connection, in both directions: the peer's calls go to the dispatcher, its replies to
// whoever made the call.
class StreamTransport final : public net::ConnectionHandler, public Transport {
 public:
  // `streams` knows it from opened() on.
  StreamTransport(net::Connection& connection, Dispatcher& dispatcher, Streams& streams,
                  UniqueFunction<void()> closed)
      : calls(connection.loop()),
        connection_(connection),
        dispatcher_(dispatcher),
        streams_(streams),
        closed_(std::move(closed)) {}

  void opened() { streams_.add(id(), connection_.loop(), *this); }
  void on_record(net::Record record) override;
  void on_closed() override;
  void close() { connection_.close(); }

  PendingCalls calls;  // of ours

  void send(SliceList& reply) override;
  void send_after(SliceList& reply, u32 others) override { held_.push_back({others, std::move(reply)}); }
  void call_started() override { connection_.begin_work(); }
  void call_ended() override { connection_.end_work(); }
  void hold(size_t bytes) override { connection_.hold(bytes); }
  void release(size_t bytes) override { connection_.release(bytes); }
  void apply(const fault::Action& a) override { connection_.apply(a); }
  const Endpoint& peer() const override { return connection_.peer(); }
  Endpoint local() const override { return connection_.local(); }
  u64 id() const override { return connection_.id(); }
  bool datagram() const override { return false; }

 private:
  struct Held {
    u32 others;  // replies to let pass first
    SliceList reply;
  };
  net::Connection& connection_;
  Dispatcher& dispatcher_;
  Streams& streams_;
  UniqueFunction<void()> closed_;
  std::vector<Held> held_;
};

// RPC over UDP: one message a datagram, each call a transport of its own since each has its own peer.
class DatagramService {
 public:
  // max_in_flight: calls of all peers together; what arrives meanwhile is lost, as datagrams are.
  DatagramService(Loop& loop, Dispatcher& dispatcher, u32 max_in_flight, Capture* capture = nullptr)
      : socket_(loop, capture), dispatcher_(dispatcher), max_in_flight_(max_in_flight) {}
  Result<Endpoint, std::string> bind(const Endpoint& where);
  void close() { socket_.close(); }

 private:
  friend class DatagramTransport;
  net::DatagramSocket socket_;
  Dispatcher& dispatcher_;
  const u32 max_in_flight_;
  u32 in_flight_ = 0;  // on the loop's thread
  Endpoint bound_;
};

}  // namespace dfs::rpc
