#include "protocols/nfs3/attrs.h"
#include "protocols/nfs3/promises.h"
#include "protocols/nfs3/status.h"

namespace dfs::nfs3 {

// RFC 1813 3.3.6
Async<READ3res> read(Nfs3& n, rpc::Call& call, const READ3args& a) {
  READ3res res{};
  const Place* p;
  if ((res.status = resolve(n, call, a.file, &p)) != NFS3_OK) return res;
  // More than rtmax is answered with what rtmax allows: the count in the results says how much that is.
  const u32 count = std::min(a.count, n.limits_for(call).io_size);
  call.expect(count);
  return when_clear<READ3res>(n, {{p, fs::Touch::read}}, [&call, &a, p, count]() -> Async<READ3res> {
    return then(p->fs().read(p->who, p->node, a.offset, count, fs::IoCheck::owner_override),
                [&call, p](fs::ReadResult r) {
                  READ3res res{};
                  res.status = to_data_status(r.error);
                  if (res.status != NFS3_OK) {
                    res.resfail.file_attributes = attrs(*p, r.node, r.known);
                    return res;
                  }
                  res.resok.file_attributes = attrs(*p, r.node, r.known);
                  res.resok.data = call.keep(std::move(r.data));  // until they are in the write queue
                  res.resok.count = res.resok.data.size;
                  res.resok.eof = r.eof;
                  return res;
                });
  });
}

}  // namespace dfs::nfs3
