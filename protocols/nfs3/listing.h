#pragma once

#include "protocols/nfs3/attrs.h"

namespace dfs::nfs3 {

// A verifier that ties cookies to the directory they were given for (RFC 1813 3.3.16). Cookies stay good
// whatever happens to the directory meanwhile, so it never changes.
std::array<u8, 8> cookie_verifier(fs::NodeRef dir);

// A first call brings cookie 0; later ones must bring the verifier of the reply their cookie came with.
nfsstat3 check_cookie(u64 cookie, const std::array<u8, 8>& verf, fs::NodeRef dir);

// Bytes left for entries of a reply that the client allows `count` bytes.
u64 room(const Nfs3& n, const rpc::Call& call, u32 count, u64 fixed);

// TOOSMALL when there are entries and not one fits.
nfsstat3 listing_status(const fs::ReadDirResult& r, bool empty);

// XDR bytes of a string.
inline u64 wire_size(std::string_view s) { return 4 + ((s.size() + 3) & ~size_t{3}); }

// Collects the entries of one reply in the call's arena, within the bytes the client allows.
template <class Entry>
class Collector {
 public:
  Collector(rpc::Call& call, u64 room) : call_(&call), room_(room) {}

  // Room for one entry that takes this many bytes, all XDR overhead counted; nullptr when it does not fit.
  Entry* add(u64 wire_bytes) {
    if (wire_bytes > room_ || (size_ == capacity_ && !grow())) return nullptr;
    room_ -= wire_bytes;
    return &entries_[size_++];
  }
  Array<Entry> entries() const { return {entries_, size_}; }
  bool empty() const { return size_ == 0; }

 private:
  bool grow() {
    const u32 bigger = capacity_ == 0 ? first_capacity() : capacity_ * 2;
    auto* more = call_->arena.template make<Entry>(bigger);
    if (more == nullptr) return false;
    if (size_ != 0) std::memcpy(static_cast<void*>(more), entries_, size_ * sizeof(Entry));
    entries_ = more;
    capacity_ = bigger;
    return true;
  }
  // As many as fit when names are short: growing would copy what is there.
  u32 first_capacity() const { return static_cast<u32>(std::clamp<u64>(room_ / (sizeof(Entry) + 64), 8, 512)); }

  rpc::Call* call_;
  u64 room_;
  Entry* entries_ = nullptr;
  u32 size_ = 0, capacity_ = 0;
};

}  // namespace dfs::nfs3
