#include "protocols/nfs3/promises.h"
#include "protocols/nfs3/verifier.h"

namespace dfs::nfs3 {
namespace {

// The payload's first `count` bytes as slices of the record: the store may keep them without a copy.
SliceList data_of(const rpc::Call& call, const Payload& data, u32 count) {
  SliceList list = call.slices(data);
  u32 left = count;
  for (Slice& s : list) {
    const u32 k = std::min(left, s.size());
    s = s.sub(0, k);
    left -= k;
  }
  return list;
}

}  // namespace

// RFC 1813 3.3.7
Async<WRITE3res> write(Nfs3& n, rpc::Call& call, const WRITE3args& a) {
  constexpr auto of_file = [](WRITE3resfail& f) -> post_op_attr& { return f.file_wcc.after; };
  const Place* p = nullptr;
  if (const nfsstat3 s = resolve_for_change(n, call, a.file, &p); s != NFS3_OK)
    return refused<WRITE3res>(p, s, of_file);
  // It promises bytes that it does not carry.
  if (a.count > a.data.size) return refused<WRITE3res>(p, NFS3ERR_INVAL, of_file);
  // "If greater, the server may write only wtmax bytes, resulting in a short write."
  const u32 count = std::min(a.count, n.limits_for(call).io_size);
  return when_clear<WRITE3res>(n, {{p, fs::Touch::write}}, [&n, &call, &a, p, count]() -> Async<WRITE3res> {
    return then(p->fs().write(p->who, p->node, a.offset, data_of(call, a.data, count),
                              static_cast<fs::Stable>(a.stable), fs::IoCheck::owner_override),
                [&n, p](const fs::WriteResult& r) {
                  WRITE3res res{};
                  res.status = to_data_status(r.error);
                  if (res.status != NFS3_OK) {
                    res.resfail.file_wcc = wcc(*p, r.file);
                    return res;
                  }
                  tell(n, *p).changed(r.file);
                  res.resok.file_wcc = wcc(*p, r.file);
                  res.resok.count = r.count;
                  res.resok.committed = static_cast<stable_how>(r.committed);
                  res.resok.verf = verifier(p->fs().write_verifier());
                  return res;
                });
  });
}

}  // namespace dfs::nfs3
