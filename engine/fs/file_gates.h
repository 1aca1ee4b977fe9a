#pragma once

#include <array>
#include <coroutine>
#include <deque>
#include <mutex>
#include <vector>

#include "engine/fs/types.h"
#include "engine/loop/executor.h"

namespace dfs::fs {

// Orders what must not overlap on one file: reads and writes enter together, a change of size or of its map
// enters alone. This is how size and data agree: between a truncate's decision and its effect nobody has half
// a write in flight, and a read never meets data of another size than it saw. It is an order among
// operations, not a lock: a task that must wait is suspended, first come first served. A task that
// needs two files enters in the order of their ids.
class FileGates {
 public:
  enum class Mode : u8 { together, alone };

  bool try_enter(FileId id, Mode mode);
  void leave(FileId id, Mode mode);

  // co_await gates.enter(...): leave() is then the caller's duty.
  struct Enter {
    FileGates& gates;
    FileId id;
    Mode mode;
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> h) { return !gates.enter_or_queue(id, mode, h); }
    void await_resume() const noexcept {}
  };
  Enter enter(FileId id, Mode mode) { return {*this, id, mode}; }

 private:
  struct Waiter {
    Mode mode;
    std::coroutine_handle<> task;
    Executor* home;
  };
  // Exists while somebody is inside or waits.
  struct Gate {
    FileId id;
    u32 inside = 0;
    bool alone = false;
    std::deque<Waiter> queue;

    bool admits(Mode mode) const { return !alone && (mode == Mode::together || inside == 0); }
    void admit(Mode mode) {
      ++inside;
      alone = mode == Mode::alone;
    }
  };
  // Few operations are in flight at a time, so a stripe is a short vector that keeps its memory.
  struct alignas(64) Stripe {
    std::mutex mutex;
    std::vector<std::unique_ptr<Gate>> gates;
    std::vector<std::unique_ptr<Gate>> spare;

    Gate& open(FileId id);
  };
  Stripe& stripe(FileId id) { return stripes_[id.value % kStripes]; }
  bool enter_or_queue(FileId id, Mode mode, std::coroutine_handle<> task);

  static constexpr size_t kStripes = 64;
  std::array<Stripe, kStripes> stripes_;
};

// Leaves the gate at the end of a scope.
class GateLease {
 public:
  GateLease() = default;
  GateLease(FileGates& gates, FileId id, FileGates::Mode mode) : gates_(&gates), id_(id), mode_(mode) {}
  GateLease(GateLease&& o) noexcept : gates_(std::exchange(o.gates_, nullptr)), id_(o.id_), mode_(o.mode_) {}
  GateLease& operator=(GateLease&& o) noexcept {
    std::swap(gates_, o.gates_);
    std::swap(id_, o.id_);
    std::swap(mode_, o.mode_);
    return *this;
  }
  ~GateLease() { release(); }
  void release() {
    if (gates_) std::exchange(gates_, nullptr)->leave(id_, mode_);
  }

 private:
  FileGates* gates_ = nullptr;
  FileId id_;
  FileGates::Mode mode_ = FileGates::Mode::together;
};

}  // namespace dfs::fs
