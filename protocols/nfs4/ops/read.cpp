#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/state/io.h"

namespace dfs::nfs4::ops {
namespace {

// Number, status, eof and length of the result, and what data are padded with.
constexpr u64 kAround = 16 + 3;

struct Answer {
  Compound& c;
  IoUse use;  // until the data are read

  READ4res operator()(fs::ReadResult r) const {
    READ4res res{};
    res.status = data_status(c, r.error);
    if (res.status != NFS4_OK) return res;
    res.resok4.data = c.call.keep(std::move(r.data));  // until they are in the write queue
    res.resok4.eof = r.eof;
    return res;
  }
};

}  // namespace

// RFC 7530 16.23, RFC 8881 18.22
Async<READ4res> read(Compound& c, const READ4args& a) {
  const Place& p = c.current.place;
  IoUse use;
  if (const nfsstat4 s = for_io(c, c.current, a.stateid, IoKind::read, bytes_of(a.offset, a.count), &use);
      s != NFS4_OK)
    return with_status<READ4res>(s);
  const u64 room = c.room() > kAround ? c.room() - kAround : 0;
  const u32 count = static_cast<u32>(std::min<u64>({a.count, c.server.limits.io_size, room}));
  c.call.expect(count);
  return then(p.fs().read(p.who, p.node, a.offset, count, use.check), Answer{c, std::move(use)});
}

}  // namespace dfs::nfs4::ops
