#include "protocols/rpc/drc.h"

namespace dfs::rpc {

DuplicateRequestCache::Key DuplicateRequestCache::key(const IpAddress& client, u32 xid, u32 program,
                                                      u32 version, u32 procedure,
                                                      std::string_view record) const {
  // Large requests (non-idempotent ones are small, but a peer may pad them with a symlink's text) are told
  // apart by their first kilobyte and their length.
  const u64 sum = siphash64(secret_, record.data(), std::min<size_t>(record.size(), 1024)) + record.size();
  return {client, xid, program, version, procedure, sum};
}

DuplicateRequestCache::Verdict DuplicateRequestCache::begin(const Key& key, std::string* reply) {
  Shard& s = shard(key);
  std::lock_guard lock(s.mutex);
  if (auto it = s.index.find(key); it != s.index.end()) {
    Entry& e = *it->second;
    if (!e.done) return Verdict::in_progress;
    if (clock_.now() - e.finished <= config_.lifetime) {
      *reply = e.reply;
      return Verdict::done;
    }
    erase(s, it->second);
  }
  trim(s);
  s.order.push_back({key, false, 0, {}});
  s.index.emplace(key, std::prev(s.order.end()));
  return Verdict::fresh;
}

void DuplicateRequestCache::finish(const Key& key, const SliceList& reply) {
  Shard& s = shard(key);
  std::lock_guard lock(s.mutex);
  auto it = s.index.find(key);
  if (it == s.index.end()) return;
  Entry& e = *it->second;
  e.done = true;
  e.finished = clock_.now();
  e.reply = flatten(reply);
  s.bytes += e.reply.size();
  trim(s);
}

void DuplicateRequestCache::abandon(const Key& key) {
  Shard& s = shard(key);
  std::lock_guard lock(s.mutex);
  if (auto it = s.index.find(key); it != s.index.end()) erase(s, it->second);
}

void DuplicateRequestCache::erase(Shard& s, Order::iterator it) {
  s.bytes -= it->reply.size();
  s.index.erase(it->key);
  s.order.erase(it);
}

void DuplicateRequestCache::trim(Shard& s) {
  const Nanos now = clock_.now();
  // Entries of requests still executing are never dropped: forgetting one would execute its retransmission.
  for (auto it = s.order.begin(); it != s.order.end();) {
    const bool over = s.order.size() > config_.entries / kShards || s.bytes > config_.bytes / kShards;
    const bool old = it->done && now - it->finished > config_.lifetime;
    if (!over && !old) break;
    auto next = std::next(it);
    if (it->done) erase(s, it);
    it = next;
  }
}

size_t DuplicateRequestCache::size() const {
  size_t n = 0;
  for (auto& s : shards_) {
    std::lock_guard lock(s.mutex);
    n += s.order.size();
  }
  return n;
}

}  // namespace dfs::rpc
