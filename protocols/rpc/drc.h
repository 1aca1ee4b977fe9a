#pragma once

#include <array>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "engine/base/clock.h"
#include "engine/base/ip.h"
#include "engine/base/siphash.h"
#include "engine/base/slice.h"

namespace dfs::rpc {

struct DrcConfig {
  u32 entries = 16384;             // of all clients together
  u64 bytes = 16u << 20;           // of remembered replies
  Nanos lifetime = 120 * kSecond;  // a retransmission later than this executes again
};

// The duplicate request cache: a non-idempotent request that comes again gets the reply of its first
// execution. The key leaves the client's port out, since a client that reconnects retransmits from another
// one; a checksum keeps a reused xid with another request apart. Thread-safe, in shards.
class DuplicateRequestCache {
 public:
  struct Key {
    IpAddress client;
    u32 xid, program, version, procedure;
    u64 checksum;
    bool operator==(const Key&) const = default;
  };
  enum class Verdict : u8 { fresh, in_progress, done };

  DuplicateRequestCache(const Clock& clock, const DrcConfig& config, const SipKey& secret)
      : clock_(clock), config_(config), secret_(secret) {}

  // The request's identity; record is the whole message.
  Key key(const IpAddress& client, u32 xid, u32 program, u32 version, u32 procedure,
          std::string_view record) const;

  // fresh: the caller executes and must end with finish() or abandon(). done: *reply holds the first reply.
  Verdict begin(const Key& key, std::string* reply);
  void finish(const Key& key, const SliceList& reply);
  // The execution ended without a reply to remember; a retransmission executes again.
  void abandon(const Key& key);

  size_t size() const;

 private:
  struct Hash {
    size_t operator()(const Key& k) const {
      return k.checksum ^ (static_cast<size_t>(k.xid) * 0x9E3779B97F4A7C15ull);
    }
  };
  struct Entry {
    Key key;
    bool done = false;
    Nanos finished = 0;
    std::string reply;
  };
  using Order = std::list<Entry>;
  struct Shard {
    mutable std::mutex mutex;
    Order order;  // oldest first; changes under mutex
    std::unordered_map<Key, Order::iterator, Hash> index;
    u64 bytes = 0;
  };
  static constexpr size_t kShards = 16;
  Shard& shard(const Key& k) { return shards_[Hash()(k) % kShards]; }
  void trim(Shard& s);
  static void erase(Shard& s, Order::iterator it);

  const Clock& clock_;
  const DrcConfig config_;
  const SipKey secret_;
  std::array<Shard, kShards> shards_;
};

}  // namespace dfs::rpc
