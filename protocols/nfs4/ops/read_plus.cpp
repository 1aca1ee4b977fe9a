#include "engine/wire/codec.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/io.h"

namespace dfs::nfs4::ops {
namespace {

// XDR of READ_PLUS4res without contents: number, status, rpr_eof, the array's length.
constexpr u64 kFixed = 8 + 4 + 4;
// Of a hole, and of data without their bytes: which it is, offset, length.
constexpr u64 kHole = 4 + 8 + 8;
constexpr u64 kData = 4 + 8 + 4;

// Bytes of contents that the reply has room for.
u64 room_of(const Compound& c) { return c.room() > kFixed ? c.room() - kFixed : 0; }

// The first n bytes.
void cut(SliceList& list, u64 n) {
  size_t keep = 0;
  for (; keep < list.size() && n > 0; ++keep) {
    Slice& s = list[keep];
    if (s.size() > n) s = s.sub(0, static_cast<u32>(n));
    n -= s.size();
  }
  list.resize(keep);
}

struct Answer {
  Compound& c;
  IoUse use;  // until the data are read

  READ_PLUS4res operator()(fs::ReadPlusResult r) const {
    READ_PLUS4res res{};
    res.rp_status = data_status(c, r.error);
    if (res.rp_status != NFS4_OK) return res;
    auto* contents = c.call.arena.make<read_plus_content>(r.segments.size());
    if (contents == nullptr) return with_status<READ_PLUS4res>(NFS4ERR_DELAY);
    u64 room = room_of(c);
    u32 n = 0;
    bool whole = true;
    for (fs::Segment& s : r.segments) {
      const u64 least = s.hole ? kHole : kData + 4;
      whole = whole && room >= least;
      if (!whole) break;
      if (s.hole) {
        contents[n].rpc_content = NFS4_CONTENT_HOLE;
        contents[n].rpc_hole = {s.offset, s.length};
        room -= kHole;
      } else {
        const u64 most = (room - kData) / 4 * 4;
        whole = s.length <= most;
        if (!whole) cut(s.data, most);
        contents[n].rpc_content = NFS4_CONTENT_DATA;
        contents[n].rpc_data = {s.offset, c.call.keep(std::move(s.data))};  // until they are in the write queue
        room -= kData + wire::padded(std::min(s.length, most));
      }
      ++n;
    }
    res.rp_resok4 = {r.eof && whole, {contents, n}};
    return res;
  }
};

}  // namespace

// RFC 7862 15.10. A hole ends where the request does: it may not go on where the client's lock ends, and a client knows
// what it asked for.
Async<READ_PLUS4res> read_plus(Compound& c, const READ_PLUS4args& a) {
  const Place& p = c.current.place;
  IoUse use;
  if (const nfsstat4 s =
          for_io(c, c.current, a.rpa_stateid, IoKind::read, bytes_of(a.rpa_offset, a.rpa_count), &use);
      s != NFS4_OK)
    return with_status<READ_PLUS4res>(s);
  // What will not fit as data is not asked for.
  const u32 count = static_cast<u32>(std::min<u64>({a.rpa_count, c.server.limits.io_size, room_of(c)}));
  c.call.expect(count);
  return then(p.fs().read_plus(p.who, p.node, a.rpa_offset, count, use.check), Answer{c, std::move(use)});
}

}  // namespace dfs::nfs4::ops
