#include "protocols/rpc/outgoing.h"

#include "protocols/rpc/record_framing.h"
#include "protocols/rpc/transports.h"

namespace dfs::rpc {
namespace {

// RFC 5531 9.
constexpr u32 kCall = 0, kReply = 1, kRpcVersion = 2, kAccepted = 0, kDenied = 1, kSuccess = 0;
constexpr u32 kMaxAuthBody = 400;

// What a reply says, behind its xid.
Answer read_reply(const u8* data, u32 size) {
  Arena none(0);
  wire::Reader r(data, size, none);
  u32 xid, type, stat, flavor, accept;
  Bytes verifier;
  if (!r.u32(xid) || !r.u32(type) || type != kReply || !r.u32(stat)) return {Answer::Outcome::garbage, {}};
  if (stat == kDenied) return {Answer::Outcome::refused, {}};
  if (stat != kAccepted || !r.u32(flavor) || !r.opaque(verifier, kMaxAuthBody) || !r.u32(accept))
    return {Answer::Outcome::garbage, {}};
  if (accept != kSuccess) return {Answer::Outcome::refused, {}};
  return {Answer::Outcome::accepted, std::string(reinterpret_cast<const char*>(r.cursor()), r.left())};
}

SliceList message(u32 xid, const CallHeader& h, std::string_view args) {
  SliceList out;
  BlockCursor cursor(4096);
  wire::Writer w(out, cursor);
  const auto credential = static_cast<u32>((h.credential.size() + 3) & ~size_t{3});
  w.u32(kLastFragment | static_cast<u32>(40 + credential + args.size()));
  for (u32 v : {xid, kCall, kRpcVersion, h.program, h.version, h.procedure, static_cast<u32>(h.flavor)})
    w.u32(v);
  w.opaque(Bytes::of(h.credential));
  for (u32 v : {static_cast<u32>(Flavor::none), 0u}) w.u32(v);  // verifier
  w.fixed(reinterpret_cast<const u8*>(args.data()), static_cast<u32>(args.size()));
  w.finish();
  return out;
}

}  // namespace

// --- of one connection -------------------------------------------------------------------------------------

bool PendingCalls::is_reply(const u8* data, u32 size) {
  u32 type;
  if (size < 8) return false;
  std::memcpy(&type, data + 4, 4);
  return __builtin_bswap32(type) == kReply;
}

void PendingCalls::add(u32 xid, Nanos limit, Done done) {
  Waiter& w = waiting_[xid];
  w.done = std::move(done);
  w.timer = loop_.after(limit, [this, xid] {
    waiting_[xid].timer = 0;
    finish(xid, {Answer::Outcome::timed_out, {}});
  });
}

void PendingCalls::finish(u32 xid, Answer answer) {
  auto it = waiting_.find(xid);
  if (it->second.timer != 0) loop_.cancel(it->second.timer);
  Done done = std::move(it->second.done);
  waiting_.erase(it);
  done(std::move(answer));
}

bool PendingCalls::reply(const u8* data, u32 size) {
  u32 xid;
  std::memcpy(&xid, data, 4);
  xid = __builtin_bswap32(xid);
  if (!waiting_.contains(xid)) return false;
  finish(xid, read_reply(data, size));
  return true;
}

void PendingCalls::fail_all() {
  while (!waiting_.empty()) finish(waiting_.begin()->first, {Answer::Outcome::lost, {}});
}

// --- of all ------------------------------------------------------------------------------------------------

void Streams::add(u64 connection, Loop& loop, StreamTransport& stream) {
  std::lock_guard lock(mutex_);
  streams_[connection] = {&loop, &stream};
}

void Streams::remove(u64 connection) {
  {
    std::lock_guard lock(mutex_);
    streams_.erase(connection);
  }
  if (closed_) closed_(connection);
}

Streams::Stream Streams::find(u64 connection) const {
  std::lock_guard lock(mutex_);
  auto it = streams_.find(connection);
  return it == streams_.end() ? Stream{} : it->second;
}

bool Streams::open(u64 connection) const { return find(connection).loop != nullptr; }

void Streams::close(u64 connection) {
  const Stream at = find(connection);
  if (at.loop == nullptr) return;
  at.loop->submit([this, connection] {
    if (StreamTransport* s = find(connection).stream; s != nullptr) s->close();
  });
}

void Streams::apply(u64 connection, const fault::Action& action) {
  const Stream at = find(connection);
  if (at.loop == nullptr) return;
  at.loop->submit([this, connection, action] {
    if (StreamTransport* s = find(connection).stream; s != nullptr) s->apply(action);
  });
}

void Streams::call(u64 connection, const CallHeader& header, std::string_view args, Nanos limit,
                   PendingCalls::Done done) {
  const Stream at = find(connection);
  if (at.loop == nullptr) return done({Answer::Outcome::unsent, {}});
  const u32 xid = next_xid_.fetch_add(1, std::memory_order_relaxed);
  auto send = [this, connection, xid, limit, bytes = message(xid, header, args),
               done = std::move(done)]() mutable {
    // A stream that is found on its own loop stays until we return.
    StreamTransport* stream = find(connection).stream;
    if (stream == nullptr) return done({Answer::Outcome::unsent, {}});
    stream->calls.add(xid, limit, std::move(done));
    stream->send(bytes);
  };
  if (at.loop->on_this_thread()) return send();
  at.loop->submit(std::move(send));
}

}  // namespace dfs::rpc
