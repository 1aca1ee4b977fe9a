#include "protocols/rpc/transports.h"

namespace dfs::rpc {

void StreamTransport::on_record(net::Record record) {
  if (PendingCalls::is_reply(record.data, record.size)) [[unlikely]] {
    calls.reply(record.data, record.size);  // one that nobody waits for is ignored
    return;
  }
  dispatcher_.handle(connection_.loop(), *this, record.data, record.size, std::move(record.block));
}

void StreamTransport::on_closed() {
  streams_.remove(id());
  calls.fail_all();
  closed_();
}

void StreamTransport::send(SliceList& reply) {
  connection_.send(reply);
  if (held_.empty()) [[likely]]
    return;
  for (auto it = held_.begin(); it != held_.end();) {
    if (it->others > 1) {
      --it->others;
      ++it;
      continue;
    }
    connection_.send(it->reply);
    it = held_.erase(it);
  }
}

class DatagramTransport final : public Transport {
 public:
  DatagramTransport(DatagramService& service, const Endpoint& peer) : service_(service), peer_(peer) {}

  void send(SliceList& reply) override {
    // The record mark belongs to streams (RFC 5531 11).
    u32 skip = 4;
    for (Slice& s : reply) {
      const u32 n = std::min(skip, s.size());
      s.drop_front(n);
      skip -= n;
      if (skip == 0) break;
    }
    service_.socket_.send(reply, peer_);
    reply.clear();
  }
  void send_after(SliceList& reply, u32) override { send(reply); }
  void call_started() override { ++service_.in_flight_; }
  void call_ended() override {
    --service_.in_flight_;
    delete this;
  }
  void hold(size_t) override {}
  void release(size_t) override {}
  void apply(const fault::Action&) override {}
  const Endpoint& peer() const override { return peer_; }
  Endpoint local() const override { return service_.bound_; }
  u64 id() const override { return 0; }
  bool datagram() const override { return true; }

 private:
  DatagramService& service_;
  const Endpoint peer_;
};

Result<Endpoint, std::string> DatagramService::bind(const Endpoint& where) {
  auto bound = socket_.bind(where, [this](Bytes data, const Endpoint& from) {
    if (in_flight_ >= max_in_flight_) return;
    BlockRef block = BlockRef::allocate(std::max<u32>(data.size, 1));
    std::memcpy(block->data(), data.data, data.size);
    const u8* p = block->data();
    dispatcher_.handle(socket_.loop(), *new DatagramTransport(*this, from), p, data.size, std::move(block));
  });
  if (bound) bound_ = *bound;
  return bound;
}

}  // namespace dfs::rpc
