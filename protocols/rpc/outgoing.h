#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <unordered_map>

#include "engine/loop/executor.h"
#include "engine/loop/loop.h"
#include "protocols/rpc/call.h"

// Calls that this server makes (RFC 5531), over connections that a peer opened or that it opened itself.
namespace dfs::rpc {

class StreamTransport;

// What came of a call.
struct Answer {
  enum class Outcome : u8 {
    accepted,   // SUCCESS: `results` are what the procedure returned
    refused,    // denied, or accepted with any other accept_stat
    garbage,    // a reply that none can make sense of
    timed_out,  // no reply came; whether the call was carried out is not known
    lost,       // the connection went first; the same
    unsent,     // there is no such connection: nobody has seen the call
  };
  Outcome outcome = Outcome::unsent;
  std::string results;
};

// The outgoing calls of one connection that wait for their replies. On its loop's thread only.
class PendingCalls {
 public:
  using Done = UniqueFunction<void(Answer)>;
  explicit PendingCalls(Loop& loop) : loop_(loop) {}
  ~PendingCalls() { fail_all(); }

  void add(u32 xid, Nanos limit, Done done);
  // A whole message that is no call. False: nobody waits for it.
  bool reply(const u8* data, u32 size);
  // The connection is gone.
  void fail_all();

  static bool is_reply(const u8* data, u32 size);

 private:
  struct Waiter {
    Done done;
    Timers::Id timer = 0;
  };
  void finish(u32 xid, Answer answer);

  Loop& loop_;
  std::unordered_map<u32, Waiter> waiting_;
};

// Where a call goes and in whose name.
struct CallHeader {
  u32 program = 0, version = 0, procedure = 0;
  Flavor flavor = Flavor::none;
  std::string credential;  // the body of opaque_auth
};

// Opens connections for calls of our own.
class Dialer {
 public:
  virtual ~Dialer() = default;
  // Connects within `limit`; tells the connection's id, 0 when it could not be made. Any thread; `done` runs
  // on a loop.
  virtual void dial(const Endpoint& to, Nanos limit, UniqueFunction<void(u64 connection)> done) = 0;
};

// The streams that are open, by the id of their connection, and the calls that go out over them. Thread-safe.
class Streams {
 public:
  // On the loop's thread, as is the end of the connection.
  void add(u64 connection, Loop& loop, StreamTransport& stream);
  void remove(u64 connection);
  bool open(u64 connection) const;
  void close(u64 connection);
  // A link action of the fault rules.
  void apply(u64 connection, const fault::Action& action);

  // Told of the end of every connection, on its loop. Set before the first is added.
  void on_closed(UniqueFunction<void(u64 connection)> told) { closed_ = std::move(told); }

  // Sends a call; `done` is called once, on the connection's loop, or here when it is unsent.
  void call(u64 connection, const CallHeader& header, std::string_view args, Nanos limit,
            PendingCalls::Done done);
  // The same for a coroutine, which goes on where it was.
  class [[nodiscard]] Calling;
  Calling call(u64 connection, const CallHeader& header, std::string_view args, Nanos limit);

  Dialer* dialer = nullptr;  // set before serving starts; null: connections are never opened from here

 private:
  struct Stream {
    Loop* loop = nullptr;
    StreamTransport* stream = nullptr;  // touched on the loop's thread only
  };
  Stream find(u64 connection) const;

  mutable std::mutex mutex_;
  std::unordered_map<u64, Stream> streams_;  // changes under mutex_
  std::atomic<u32> next_xid_{1};
  UniqueFunction<void(u64)> closed_;
};

class Streams::Calling {
 public:
  Calling(Streams& of, u64 connection, const CallHeader& header, std::string_view args, Nanos limit)
      : of_(of), connection_(connection), header_(header), args_(args), limit_(limit) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    Executor* home = Executor::current();
    DFS_CHECK(home != nullptr);
    of_.call(connection_, header_, args_, limit_, [this, h, home](Answer a) {
      answer_ = std::move(a);
      home->submit([h] { h.resume(); });
    });
  }
  Answer await_resume() { return std::move(answer_); }

 private:
  Streams& of_;
  const u64 connection_;
  const CallHeader& header_;
  const std::string_view args_;
  const Nanos limit_;
  Answer answer_;
};

inline Streams::Calling Streams::call(u64 connection, const CallHeader& header, std::string_view args,
                                      Nanos limit) {
  return Calling(*this, connection, header, args, limit);
}

}  // namespace dfs::rpc
