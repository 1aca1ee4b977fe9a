#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "engine/loop/task.h"
#include "engine/wire/desc.h"
#include "protocols/rpc/call.h"

namespace dfs::rpc {

// Which handler: a procedure, or an operation of one (NFSv4's COMPOUND). No operation has the number 0.
struct HandlerKey {
  u32 program, version, procedure, operation = 0;
  auto operator<=>(const HandlerKey&) const = default;
};

// A request on its way to a handler, as somebody sees it who stands in front of that handler. Arguments are
// XDR, so that he needs none of our types.
struct HookQuestion {
  HandlerKey key;
  std::string args;
  u64 connection;
  u32 xid;
  Caller caller;
  Endpoint peer;
  struct Fact {
    Fact(const char* name, u64 number) : name(name), value(number) {}
    Fact(const char* name, std::string bytes) : name(name), value(std::move(bytes)) {}
    const char* name;
    std::variant<u64, std::string> value;
  };
  std::vector<Fact> facts;  // what else the protocol knows
};

// What he says to it.
struct HookAnswer {
  enum class Kind : u8 {
    result,   // XDR
    silence,  // there is no reply
    failed,   // he could not say: the protocol's word for an error of the server
  };
  Kind kind = Kind::failed;
  std::string result;
};

// The handler that is there, for whoever is asked instead. It may be run never, once or several times.
class Builtin {
 public:
  virtual ~Builtin() = default;
  // `args`: others than those of the request. Nothing: it has no result (the arguments make no sense, or it
  // gives no reply).
  virtual Task<std::optional<std::string>> run(std::optional<std::string> args) = 0;
};

// Who is asked.
class Hook {
 public:
  virtual ~Hook() = default;
  // On the request's loop, which must not wait.
  virtual Task<HookAnswer> ask(HookQuestion question, Builtin& builtin) = 0;
  // The server stops: whoever is being asked has failed. From any thread, while the loops run.
  virtual void abandon() = 0;
};

// The handlers that somebody stands in front of. While there are none it costs a relaxed load. Thread-safe.
class Hooks {
 public:
  explicit Hooks(Hook* hook) : hook_(hook) {}

  void add(const HandlerKey& key);
  void remove(const HandlerKey& key);

  bool any() const { return any_.load(std::memory_order_relaxed); }
  // Who is asked in the place of this handler; null: nobody.
  Hook* find(const HandlerKey& key) const;
  void abandon();

 private:
  Hook* const hook_;  // null: there will never be any
  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;
  std::set<HandlerKey> keys_;  // changes under mutex_
};

// A value that a call's arena keeps, from its XDR; null when it is none.
const void* decode_kept(Call& call, const wire::TypeDesc& type, std::string_view xdr);

}  // namespace dfs::rpc
