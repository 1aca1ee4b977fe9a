#include "protocols/rpc/call.h"

#include "protocols/rpc/record_framing.h"

namespace dfs::rpc {
namespace {
constexpr u32 kCopyLimit = 1024;
// RFC 5531 9: msg_type, reply_stat, reject_stat, auth flavor.
constexpr u32 kReply = 1, kAccepted = 0, kDenied = 1, kRpcMismatch = 0, kAuthError = 1, kProgMismatch = 2;
constexpr u32 kRpcVersion = 2;
}  // namespace

void Call::take(const u8* data, u32 size, BlockRef block) {
  if (size <= kCopyLimit) {
    const Bytes copy = arena.copy(Bytes{data, size});
    data = copy.data;
  } else {
    block_ = std::move(block);
  }
  record = {reinterpret_cast<const char*>(data), size};
}

void Call::replace(std::string_view other) {
  const Bytes copy =
      arena.copy(Bytes{reinterpret_cast<const u8*>(other.data()), static_cast<u32>(other.size())});
  block_ = {};
  record = {reinterpret_cast<const char*>(copy.data), copy.size};
}

Slice Call::slice(Bytes v) const {
  const auto* begin = reinterpret_cast<const u8*>(record.data());
  const bool inside = v.data >= begin && v.data + v.size <= begin + record.size();
  if (!block_ || !inside) return Slice::copy_of(v.data, v.size);
  return Slice(block_, v.data, v.size);
}

SliceList Call::slices(const Payload& p) const {
  SliceList out;
  out.reserve(p.count);
  for (u32 i = 0; i < p.count; ++i) out.push_back(slice({p.pieces[i].data, p.pieces[i].size}));
  return out;
}

Payload Call::keep(SliceList list) {
  const auto count = static_cast<u32>(list.size());
  if (count == 0) return {};
  auto* pieces = arena.make<IoPiece>(count);
  u32 size = 0;
  for (u32 i = 0; i < count; ++i) {
    pieces[i] = list[i].piece();
    size += pieces[i].size;
  }
  if (kept.empty())
    kept = std::move(list);
  else
    kept.insert(kept.end(), std::make_move_iterator(list.begin()), std::make_move_iterator(list.end()));
  return {pieces, count, size};
}

void Call::write_accepted(wire::Writer& w, u32 accept_stat) {
  w.u32(xid);
  w.u32(kReply);
  w.u32(kAccepted);
  w.u32(static_cast<u32>(Flavor::none));  // verifier
  w.u32(0);
  w.u32(accept_stat);
}

void Call::finish_record(u8* mark, wire::Writer& w) {
  const u32 header = __builtin_bswap32(kLastFragment | static_cast<u32>(w.written() - 4));
  std::memcpy(mark, &header, 4);
  w.finish();
}

void Call::reply_mismatch(u32 low, u32 high) {
  reply(kProgMismatch, [&](wire::Writer& w) {
    w.u32(low);
    w.u32(high);
  });
}

void Call::deny_version() {
  reply_bytes.clear();
  wire::Writer w(reply_bytes, loop.reply_cursor());
  u8* mark = w.reserve(4);
  for (u32 v : {xid, kReply, kDenied, kRpcMismatch, kRpcVersion, kRpcVersion}) w.u32(v);
  finish_record(mark, w);
}

void Call::deny_auth(u32 auth_stat) {
  reply_bytes.clear();
  wire::Writer w(reply_bytes, loop.reply_cursor());
  u8* mark = w.reserve(4);
  for (u32 v : {xid, kReply, kDenied, kAuthError, auth_stat}) w.u32(v);
  finish_record(mark, w);
}

void Call::hold() {
  // The call itself and the frames of its coroutines weigh about as much as a page.
  constexpr size_t kCall = 4096;
  settle_hold();
  held_ = kCall + record.size() + expected_;
  transport->hold(held_);
}

void Call::settle_hold() {
  if (held_ != 0) transport->release(std::exchange(held_, 0));
}

void Call::recycle() {
  expected_ = 0;
  kept.clear();
  reply_bytes.clear();
  block_ = BlockRef();
  arena.reset();
  transport = nullptr;
  record = {};
}

}  // namespace dfs::rpc
