#include "protocols/nfs4/listing.h"

#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/pseudo.h"

namespace dfs::nfs4 {

nfsstat4 Listing::open(Compound& c, const READDIR4args& a) {
  c_ = &c;
  wanted_ = AttrSet(a.attr_request);
  mask_ = (wanted_ & readable_attrs(c.minor)).bitmap(c.call.arena);
  out_.emplace(c.call.arena);
  u64 most = std::min(a.maxcount, c.server.limits.io_size);
  // Number and status stand before the READDIR4resok.
  if (const u64 reply = c.room() > 8 ? c.room() - 8 : 0; reply < most) {
    too_small_ = c.reserve(8 + most);
    most = reply;
  }
  if (most < kFixed) return too_small_;
  room_ = most - kFixed;
  dir_room_ = a.dircount == 0 ? UINT64_MAX : a.dircount;
  return NFS4_OK;
}

bool Listing::append(std::string_view name, nfs_cookie4 cookie, const bitmap4& mask) {
  const u64 directory = 8 + 4 + wire::padded(name.size());
  const u64 bytes = least(name) + 4 * mask.size + out_->size();
  const attrlist4 values = out_->take();
  if (bytes > room_ || (size_ != 0 && directory > dir_room_)) return false;
  if (size_ == capacity_) {
    const u32 capacity = std::max<u32>(32, 2 * capacity_);
    auto* more = c_->call.arena.make<entry4>(capacity);
    if (more == nullptr) return false;
    std::copy_n(entries_, size_, more);
    entries_ = more;
    capacity_ = capacity;
  }
  room_ -= bytes;
  dir_room_ -= std::min(directory, dir_room_);
  entries_[size_++] = {cookie, c_->call.arena.copy(name), {mask, values}};
  return true;
}

bool Listing::add(std::string_view name, nfs_cookie4 cookie, const AttrSource& from) {
  put_attrs(*out_, from, wanted_);
  return append(name, cookie, mask_);
}

bool Listing::add_failed(std::string_view name, nfs_cookie4 cookie, nfsstat4 why) {
  out_->u32(static_cast<u32>(why));
  return append(name, cookie, AttrSet{FATTR4_RDATTR_ERROR}.bitmap(c_->call.arena));
}

nfsstat4 Listing::status(bool complete) const { return size_ == 0 && !complete ? too_small_ : NFS4_OK; }

verifier4 cookie_verifier(const Compound& c, const Place& dir) {
  u64 v = 0;
  if (dir.object()) v = (dir.node.id.value * 0x9E3779B97F4A7C15ull) ^ dir.node.generation;
  if (const auto number = pseudo_of(c.server, dir)) v ^= c.server.pseudo->at(*number).fingerprint;
  v |= 1;  // never the verifier of a first call
  verifier4 out;
  std::memcpy(out.data(), &v, sizeof v);
  return out;
}

}  // namespace dfs::nfs4
