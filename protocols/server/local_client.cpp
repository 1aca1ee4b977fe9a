#include "protocols/server/local_client.h"

namespace dfs::server {
namespace {
constexpr size_t kMark = 4;  // of a record (RFC 5531 11)
}

bool LocalClient::call(std::string message) {
  std::lock_guard lock(mutex_);
  if (closed_) return false;
  // The server closes its clients before it ends its loops.
  loop_.submit([self = shared_from_this(), message = std::move(message)] {
    // The record is looked at where it is: a call copies what it keeps, or keeps the block.
    const auto size = static_cast<u32>(message.size());
    BlockRef block = BlockRef::allocate(size);
    u8* data = block->data();
    std::copy_n(message.data(), size, data);
    self->dispatcher_.handle(self->loop_, *self, data, size, std::move(block));
  });
  return true;
}

std::optional<std::string> LocalClient::receive(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  change_.wait_for(lock, limit, [&] { return closed_ || !replies_.empty(); });
  if (replies_.empty()) return std::nullopt;
  std::string reply = std::move(replies_.front());
  replies_.pop_front();
  return reply;
}

void LocalClient::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  change_.notify_all();
}

bool LocalClient::closed() {
  std::lock_guard lock(mutex_);
  return closed_;
}

void LocalClient::send(SliceList& reply) {
  std::vector<std::string> ready{flatten(reply).substr(kMark)};
  reply.clear();
  std::erase_if(late_, [&](Late& l) {
    if (--l.others != 0) return false;
    ready.push_back(std::move(l.reply));
    return true;
  });
  std::lock_guard lock(mutex_);
  if (closed_) return;
  for (std::string& r : ready) replies_.push_back(std::move(r));
  change_.notify_all();
}

void LocalClient::send_after(SliceList& reply, u32 others) {
  if (others == 0) return send(reply);
  late_.push_back({others, flatten(reply).substr(kMark)});
  reply.clear();
}

void LocalClient::call_started() {
  if (under_way_++ == 0) self_ = shared_from_this();
}

void LocalClient::call_ended() {
  if (--under_way_ == 0) self_.reset();
}

}  // namespace dfs::server
