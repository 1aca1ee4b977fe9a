#include "protocols/nfs4/attrs/compare.h"

#include "engine/loop/then.h"
#include "protocols/nfs4/attrs/acl.h"

namespace dfs::nfs4 {
namespace {

// Copies a value the way this server writes it, where there are several ways: an owner is digits or a name, a
// bitmap may have words of zeros behind it.
nfsstat4 rewrite(Compound& c, u32 number, wire::Reader& r, AttrOut& out) {
  switch (number) {
    case FATTR4_OWNER:
    case FATTR4_OWNER_GROUP: {
      const u8* begin = r.cursor();
      Text who;
      if (!decode_fattr4_owner(r, who)) return NFS4ERR_BADXDR;
      u32 id;
      const Owners& owners = c.server.owners;
      const nfsstat4 s = number == FATTR4_OWNER ? owners.user(who, &id) : owners.group(who, &id);
      if (s == NFS4_OK)
        put_owner(out, id);
      else
        out.raw(begin, static_cast<size_t>(r.cursor() - begin));  // is nobody's, so it differs
      return NFS4_OK;
    }
    case FATTR4_SUPPORTED_ATTRS:
    case FATTR4_SUPPATTR_EXCLCREAT: {
      bitmap4 set;
      if (!decode_bitmap4(r, set)) return NFS4ERR_BADXDR;
      while (set.size > 0 && set[set.size - 1] == 0) --set.size;
      out.u32(set.size);
      for (u32 word : set) out.u32(word);
      return NFS4_OK;
    }
    default: {
      const u8* begin = r.cursor();
      if (!find_attr(number)->skip(r)) return NFS4ERR_BADXDR;
      // RFC 8881 6.2.4: bits of a mode that are not defined are refused here too.
      if (number == FATTR4_MODE && (wire::load_u32(begin) & ~u32{fs::kModeMask})) return NFS4ERR_INVAL;
      out.raw(begin, static_cast<size_t>(r.cursor() - begin));
      return NFS4_OK;
    }
  }
}

nfsstat4 rewrite_all(Compound& c, const AttrSet& asked, const attrlist4& values, Bytes* rewritten) {
  wire::Reader r(values.data, values.size, c.call.arena);
  AttrOut out(c.call.arena);
  nfsstat4 status = NFS4_OK;
  asked.each([&](u32 number) {
    status = rewrite(c, number, r, out);
    return status == NFS4_OK;
  });
  *rewritten = out.take();
  if (status != NFS4_OK) return status;
  return r.finish() ? NFS4_OK : NFS4ERR_BADXDR;
}

}  // namespace

// RFC 8881 18.31.3: neither what can only be set nor rdattr_error can be compared; what is not supported
// cannot either.
Async<nfsstat4> compare_attrs(Compound& c, const fattr4& with) {
  const AttrSet asked(with.attrmask);
  if (!asked.within(supported_attrs(c.minor))) return NFS4ERR_ATTRNOTSUPP;
  if (!asked.within(readable_attrs(c.minor)) || asked.has(FATTR4_RDATTR_ERROR)) return NFS4ERR_INVAL;
  Bytes theirs;
  if (const nfsstat4 s = rewrite_all(c, asked, with.attr_vals, &theirs); s != NFS4_OK) return s;
  return then(gather(c, c.current.place, asked), [&c, asked, theirs](const Gathered& g) {
    if (g.status != NFS4_OK) return g.status;
    take_held(c, *g.source);
    AttrOut out(c.call.arena);
    put_attrs(out, *g.source, asked);
    return out.take() == theirs ? NFS4ERR_SAME : NFS4ERR_NOT_SAME;
  });
}

}  // namespace dfs::nfs4
