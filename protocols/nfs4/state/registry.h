#pragma once

#include <array>
#include <deque>
#include <mutex>

#include "engine/base/check.h"
#include "engine/base/random.h"
#include "protocols/nfs4/state/ref.h"

namespace dfs::nfs4 {

// Why a number that was given out finds nothing any more.
enum class Gone : u8 { never_was, closed, expired, revoked };

// Records by number, found in constant time: what stateids and session ids are made of. A number is a place
// in the table and a nonce that the place has only once, so that neither a guess nor a number of a record
// that is gone finds another one. Of the records that are gone the table remembers why, until their place is
// needed: at least kShards * kQuarantine further records later.
//
// Striped: two records are under one mutex only by chance.
template <class T>
class Registry {
 public:
  struct Number {
    u32 place = 0, nonce = 0;
  };
  struct Found {
    Ref<T> record;  // null: see gone
    Gone gone = Gone::never_was;
  };

  explicit Registry(Random& random) {
    for (Shard& s : shards_) s.draw = random.next();
  }
  ~Registry() { clear(); }

  // The record is found from now on; the table holds a reference. `name` is told the number before anybody
  // can find the record.
  template <class F>
  void add(Ref<T> record, F&& name) {
    const u32 at = next_.fetch_add(1, std::memory_order_relaxed) % kShards;
    Shard& s = shards_[at];
    std::lock_guard lock(s.mutex);
    u32 row;
    if (s.free.size() > kQuarantine) {
      row = s.free.front();
      s.free.pop_front();
    } else {
      row = static_cast<u32>(s.rows.size());
      s.rows.emplace_back();
    }
    const Number number{row * kShards + at, s.nonce()};
    name(number);
    s.rows[row] = {record.release(), number.nonce, Gone::never_was};
    ++s.live;
  }

  Found find(Number n) {
    Shard& s = shards_[n.place % kShards];
    std::lock_guard lock(s.mutex);
    const Row* row = s.row(n);
    if (row == nullptr) return {};
    return {Ref<T>::share(row->record), row->gone};
  }

  // Whoever looks for it is told why it is gone. False: somebody else took it out before.
  bool remove(Number n, Gone why) {
    Ref<T> last;  // let go outside of the mutex
    Shard& s = shards_[n.place % kShards];
    std::lock_guard lock(s.mutex);
    Row* row = s.row(n);
    if (row == nullptr || row->record == nullptr) return false;
    last = Ref<T>::adopt(std::exchange(row->record, nullptr));
    row->gone = why;
    s.free.push_back(n.place / kShards);
    --s.live;
    return true;
  }

  size_t size() const {
    size_t n = 0;
    for (const Shard& s : shards_) {
      std::lock_guard lock(s.mutex);
      n += s.live;
    }
    return n;
  }

  void clear() {
    for (Shard& s : shards_) {
      std::deque<Row> rows;
      {
        std::lock_guard lock(s.mutex);
        rows.swap(s.rows);
        s.free.clear();
        s.live = 0;
      }
      for (Row& row : rows) Ref<T>::adopt(row.record);
    }
  }

  static constexpr u32 kShards = 64, kQuarantine = 64;

 private:
  struct Row {
    T* record = nullptr;
    u32 nonce = 0;
    Gone gone = Gone::never_was;
  };
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::deque<Row> rows;  // changes under mutex
    std::deque<u32> free;  // longest unused first
    size_t live = 0;
    u64 draw = 0;

    // SplitMix64 (Steele, Lea and Flood): the server's Random is one for all loops.
    u32 nonce() {
      u64 z = draw += 0x9E3779B97F4A7C15ull;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
      return static_cast<u32>((z ^ (z >> 31)) >> 32);
    }
    Row* row(Number n) {
      const u32 at = n.place / kShards;
      return at < rows.size() && rows[at].nonce == n.nonce ? &rows[at] : nullptr;
    }
  };
  std::array<Shard, kShards> shards_;
  std::atomic<u32> next_{0};
};

}  // namespace dfs::nfs4
