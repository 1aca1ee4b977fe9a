#include "protocols/nfs3/listing.h"

#include "protocols/nfs3/status.h"
#include "protocols/nfs3/verifier.h"

namespace dfs::nfs3 {

std::array<u8, 8> cookie_verifier(fs::NodeRef dir) {
  // Never 0, which is the verifier of a first call.
  return verifier(((dir.id.value * 0x9E3779B97F4A7C15ull) ^ dir.generation) | 1);
}

nfsstat3 check_cookie(u64 cookie, const std::array<u8, 8>& verf, fs::NodeRef dir) {
  return cookie == 0 || verf == cookie_verifier(dir) ? NFS3_OK : NFS3ERR_BAD_COOKIE;
}

u64 room(const Nfs3& n, const rpc::Call& call, u32 count, u64 fixed) {
  const u64 budget = std::min(count, n.limits_for(call).io_size);
  return budget > fixed ? budget - fixed : 0;
}

nfsstat3 listing_status(const fs::ReadDirResult& r, bool empty) {
  if (r.error != fs::FsError::ok) return to_status(r.error);
  return empty && !r.eof ? NFS3ERR_TOOSMALL : NFS3_OK;
}

}  // namespace dfs::nfs3
