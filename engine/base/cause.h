#pragma once

#include "engine/base/bytes.h"

namespace dfs {

// In whose course something happens: a connection, and a call on it by the number the server gave it. What is
// traced, down to a store's call and up to a state's end, carries it. 0: nobody's, as with what a timer does.
//
// It is a property of the thread while it works for that call. A coroutine takes along the cause it was made
// under, and has it again whenever it goes on; a loop begins everything else without one.
struct Cause {
  u64 conn = 0;
  u64 request = 0;

  static Cause current() { return current_; }
  static void make_current(Cause c) { current_ = c; }

 private:
  static thread_local constinit Cause current_;
};

inline thread_local constinit Cause Cause::current_{};

// The cause of what this scope does.
class CauseScope {
 public:
  explicit CauseScope(Cause c) : before_(Cause::current()) { Cause::make_current(c); }
  ~CauseScope() { Cause::make_current(before_); }
  CauseScope(const CauseScope&) = delete;
  CauseScope& operator=(const CauseScope&) = delete;

 private:
  const Cause before_;
};

}  // namespace dfs
