#pragma once

#include "protocols/nfs4/nfs4.h"
#include "protocols/nfs4/state/registry.h"

namespace dfs::nfs4 {

// Every number a client is given begins with the epoch, which each start of the server draws anew: what an
// earlier instance gave out is known as such (STALE_CLIENTID, STALE_STATEID).
using Epoch = u32;

inline void put_be32(u8* p, u32 v) {
  v = __builtin_bswap32(v);
  std::memcpy(p, &v, 4);
}
inline u32 get_be32(const u8* p) {
  u32 v;
  std::memcpy(&v, p, 4);
  return __builtin_bswap32(v);
}

inline clientid4 client_id(Epoch epoch, u32 number) { return clientid4{u64{epoch} << 32 | number}; }
inline Epoch epoch_of(clientid4 id) { return static_cast<Epoch>(id.value >> 32); }
inline u32 number_of(clientid4 id) { return static_cast<u32>(id.value); }

// epoch, place, nonce, client.
template <class Number>
sessionid4 session_id(Epoch epoch, Number n, u32 client) {
  sessionid4 id;
  put_be32(&id[0], epoch);
  put_be32(&id[4], n.place);
  put_be32(&id[8], n.nonce);
  put_be32(&id[12], client);
  return id;
}

// What a stateid stands for; two bits of it.
enum class StateKind : u8 { copy = 0, open = 1, lock = 2, delegation = 3 };

using Other = std::array<u8, 12>;  // stateid4.other: epoch, kind and place, nonce
constexpr u32 kPlaceBits = 30;

template <class Number>
Other stateid_other(Epoch epoch, StateKind kind, Number n) {
  Other o;
  put_be32(&o[0], epoch);
  put_be32(&o[4], static_cast<u32>(kind) << kPlaceBits | n.place);
  put_be32(&o[8], n.nonce);
  return o;
}

// What it was made of. Whether there ever was such a one is for the registry to say.
struct OtherParts {
  Epoch epoch;
  StateKind kind;
  u32 place, nonce;
};
inline OtherParts parts_of(const Other& o) {
  const u32 word = get_be32(&o[4]);
  return {get_be32(&o[0]), static_cast<StateKind>(word >> kPlaceBits), word & ((1u << kPlaceBits) - 1),
          get_be32(&o[8])};
}

}  // namespace dfs::nfs4
