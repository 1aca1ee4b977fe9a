#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/io.h"
#include "protocols/nfs4/tell.h"
#include "protocols/nfs4/write_response.h"

namespace dfs::nfs4::ops {
namespace {

struct Answer {
  Compound& c;
  IoUse use;  // until the blocks are written
  const Place& place;

  WRITE_SAME4res operator()(const fs::CopyResult& r) const {
    WRITE_SAME4res res{};
    res.wsr_status = data_status(c, r.error);
    if (res.wsr_status != NFS4_OK) return res;
    tell(c, place).changed(r.file);
    res.resok4 = write_response(place, r);
    return res;
  }
};

// RFC 7862 8.1.1: "if either adb_reloff_pattern or adb_reloff_blocknum is set to NFS4_UINT64_MAX, then the
// corresponding field is not set in any of the ADB".
fs::BlockPattern pattern_of(const app_data_block4& a) {
  fs::BlockPattern p;
  p.offset = a.adb_offset;
  p.block_size = a.adb_block_size;
  p.block_count = a.adb_block_count;
  if (a.adb_reloff_blocknum != NFS4_UINT64_MAX) {
    p.number_at = a.adb_reloff_blocknum;
    p.first_number = a.adb_block_num;
  }
  if (a.adb_reloff_pattern != NFS4_UINT64_MAX) {
    p.pattern_at = a.adb_reloff_pattern;
    p.pattern = a.adb_pattern.view();
  }
  return p;
}

u64 bytes_in(const app_data_block4& a) {
  if (a.adb_block_size != 0 && a.adb_block_count > UINT64_MAX / a.adb_block_size) return UINT64_MAX;
  return a.adb_block_size * a.adb_block_count;
}

}  // namespace

// RFC 7862 15.12. Many blocks are answered when a part of them is written, as with a WRITE of too much.
Async<WRITE_SAME4res> write_same(Compound& c, const WRITE_SAME4args& a) {
  const Place& p = c.current.place;
  const app_data_block4& adb = a.wsa_adb;
  IoUse use;
  if (const nfsstat4 s =
          for_io(c, c.current, a.wsa_stateid, IoKind::write, bytes_of(adb.adb_offset, bytes_in(adb)), &use);
      s != NFS4_OK)
    return with_status<WRITE_SAME4res>(s);
  if (p.read_only()) return with_status<WRITE_SAME4res>(NFS4ERR_ROFS);
  const auto* blocks = c.call.arena.construct<fs::BlockPattern>(pattern_of(adb));
  return then(p.fs().write_same(p.who, p.node, *blocks, static_cast<fs::Stable>(a.wsa_stable), use.check),
              Answer{c, std::move(use), p});
}

}  // namespace dfs::nfs4::ops
