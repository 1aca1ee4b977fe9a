#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/ranges.h"
#include "protocols/nfs4/tell.h"
#include "protocols/nfs4/write_response.h"

namespace dfs::nfs4::ops {
namespace {

struct Answer {
  const Compound& c;
  const Place& to;
  IoUse read, write;  // until it is done

  COPY4res operator()(const fs::CopyResult& r) const {
    COPY4res res{};
    res.cr_status = range_status(r.error);
    // From the first byte to the last, and done when it is answered: whatever the client requires of the two.
    if (res.cr_status != NFS4_OK) return res;
    tell(c, to).changed(r.file);
    res.cr_resok4 = {write_response(to, r), {true, true}};
    return res;
  }
};

Async<COPY4res> copy_now(const Compound& c, CopyPlan plan) {
  const Place &from = c.saved.place, &to = c.current.place;  // whose credentials last as long as the call
  Async<fs::CopyResult> copying =
      to.fs().copy(from.fs(), {from.who, from.node, plan.from_offset, plan.read.check},
                   {to.who, to.node, plan.to_offset, plan.write.check}, plan.length, fs::Stable::unstable);
  return then(std::move(copying), Answer{c, to, std::move(plan.read), std::move(plan.write)});
}

// "the client has indicated that it can accept either" (RFC 7862 15.2.3), and can be told of the end.
bool may_go_on(const Compound& c, const COPY4args& a) {
  return !a.ca_synchronous && Callbacks::available(*c.session->client);
}

// What is worth more than one COMPOUND goes on behind it.
Async<COPY4res> copy_perhaps_later(Compound& c, CopyPlan plan, const fs::AttrResult& source) {
  const Place& to = c.current.place;
  const u64 there = source.node.size - std::min(source.node.size, plan.from_offset);
  const u64 length = plan.length == 0 ? there : plan.length;
  if (source.error != fs::FsError::ok || length > there || length <= c.server.limits.async_copy)
    return copy_now(c, std::move(plan));
  CopyPlan whole = plan;
  whole.length = length;
  const nfs_fh4 handle = handle_of(c, to);
  whole.target_handle = handle.view();
  auto* id = c.call.arena.construct<stateid4>();
  if (id == nullptr) return with_status<COPY4res>(NFS4ERR_DELAY);
  const Ref<CopyJob> job = c.server.state->copies.start(c.session->client, std::move(whole));
  if (!job) return copy_now(c, std::move(plan));
  *id = job->stateid;
  COPY4res res{};
  write_response4& response = res.cr_resok4.cr_response;
  response.wr_callback_id = {id, 1};
  response.wr_committed = UNSTABLE4;
  response.wr_writeverf = verifier(to.fs().write_verifier());
  res.cr_resok4.cr_requirements = {true, false};
  return res;
}

}  // namespace

// RFC 7862 15.2: from the saved filehandle to the current one, of one file system or of two. A long copy is
// answered at once and goes on by itself, when the client lets it; else it is answered when a part is done:
// wr_count says how much, and the client asks for the rest.
Async<COPY4res> copy(Compound& c, const COPY4args& a) {
  const Place &from = c.saved.place, &to = c.current.place;
  // Between servers: there is no COPY_NOTIFY here either.
  if (a.ca_source_server.size != 0) return with_status<COPY4res>(NFS4ERR_NOTSUPP);
  CopyPlan plan{from, to, a.ca_src_offset, a.ca_dst_offset, a.ca_count, {}, {}, {}, ReferringCall::of(c)};
  nfsstat4 s = may_read_range(c, a.ca_src_stateid, a.ca_src_offset, a.ca_count, &plan.read);
  if (s == NFS4_OK) s = may_write_range(c, a.ca_dst_stateid, a.ca_dst_offset, a.ca_count, &plan.write);
  // "SAVED_FH and CURRENT_FH must be different files."
  if (s == NFS4_OK && from.same_file(to)) s = NFS4ERR_INVAL;
  if (s != NFS4_OK) return with_status<COPY4res>(s);
  if (!may_go_on(c, a)) return copy_now(c, std::move(plan));
  return then(from.fs().getattr(from.node), [&c, plan = std::move(plan)](const fs::AttrResult& r) mutable {
    return copy_perhaps_later(c, std::move(plan), r);
  });
}

}  // namespace dfs::nfs4::ops
