#include "protocols/nfs4/attrs/values.h"

#include "protocols/nfs4/attrs/acl.h"
#include "protocols/nfs4/attrs/table.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/pseudo.h"

namespace dfs::nfs4 {

nfs_ftype4 to_ftype(fs::FileType t) {
  switch (t) {
    case fs::FileType::regular:
      return NF4REG;
    case fs::FileType::directory:
      return NF4DIR;
    case fs::FileType::symlink:
      return NF4LNK;
    case fs::FileType::block_device:
      return NF4BLK;
    case fs::FileType::character_device:
      return NF4CHR;
    case fs::FileType::fifo:
      return NF4FIFO;
    case fs::FileType::socket:
      return NF4SOCK;
  }
  return NF4REG;
}

namespace values {
namespace {

void put_set(AttrOut& out, const AttrSet& set) {
  out.u32(set.size());
  for (u32 i = 0; i < set.size(); ++i) out.u32(set.word(i));
}

void put_time(AttrOut& out, const WallTime& t) {
  out.i64(t.sec);
  out.u32(t.nsec);
}

u64 half(const fs::FsUuid& uuid, size_t at) {
  u64 v;
  std::memcpy(&v, uuid.data() + at, sizeof v);
  return v;
}

}  // namespace

void supported_attrs(AttrOut& out, const AttrSource& s) {
  put_set(out, nfs4::supported_attrs(s.reader.minor));
}
void type(AttrOut& out, const AttrSource& s) { out.u32(to_ftype(s.node.type)); }
void fh_expire_type(AttrOut& out, const AttrSource&) { out.u32(FH4_PERSISTENT); }
void change(AttrOut& out, const AttrSource& s) { out.u64(s.node.change); }
void size(AttrOut& out, const AttrSource& s) { out.u64(s.node.size); }
void link_support(AttrOut& out, const AttrSource& s) { out.boolean(s.facts.links); }
void symlink_support(AttrOut& out, const AttrSource& s) { out.boolean(s.facts.symlinks); }
void named_attr(AttrOut& out, const AttrSource&) { out.boolean(false); }
void fsid(AttrOut& out, const AttrSource& s) {
  // The pseudo file system is 0.0; those of stores are drawn at random.
  out.u64(s.place.object() ? half(s.place.fs().uuid(), 0) : 0);
  out.u64(s.place.object() ? half(s.place.fs().uuid(), 8) : 0);
}
void unique_handles(AttrOut& out, const AttrSource& s) { out.boolean(s.facts.unique_handles); }
void lease_time(AttrOut& out, const AttrSource& s) {
  out.u32(static_cast<u32>(s.reader.server.limits.lease / kSecond));
}
void rdattr_error(AttrOut& out, const AttrSource& s) { out.u32(static_cast<u32>(s.rdattr_error)); }
void cansettime(AttrOut& out, const AttrSource& s) { out.boolean(s.facts.can_set_time); }
void case_insensitive(AttrOut& out, const AttrSource& s) { out.boolean(s.facts.case_insensitive); }
void case_preserving(AttrOut& out, const AttrSource& s) { out.boolean(s.facts.case_preserving); }
void chown_restricted(AttrOut& out, const AttrSource& s) { out.boolean(s.facts.chown_restricted); }
void filehandle(AttrOut& out, const AttrSource& s) {
  const fs::HandleBytes h = seal(s.reader.server, s.place);
  out.opaque(std::string_view(reinterpret_cast<const char*>(h.data()), fs::kHandleSize));
}
void fileid(AttrOut& out, const AttrSource& s) { out.u64(s.node.id.value); }
void files_avail(AttrOut& out, const AttrSource& s) { out.u64(s.stat.available_files); }
void files_free(AttrOut& out, const AttrSource& s) { out.u64(s.stat.free_files); }
void files_total(AttrOut& out, const AttrSource& s) { out.u64(s.stat.total_files); }
void homogeneous(AttrOut& out, const AttrSource& s) { out.boolean(s.facts.homogeneous); }
void maxfilesize(AttrOut& out, const AttrSource& s) { out.u64(s.facts.max_file_size); }
void maxlink(AttrOut& out, const AttrSource& s) { out.u32(s.facts.max_links); }
void maxname(AttrOut& out, const AttrSource& s) { out.u32(s.facts.max_name); }
void maxread(AttrOut& out, const AttrSource& s) { out.u64(s.reader.server.limits.io_size); }
void maxwrite(AttrOut& out, const AttrSource& s) { out.u64(s.reader.server.limits.io_size); }
void mode(AttrOut& out, const AttrSource& s) { out.u32(s.node.mode); }
void no_trunc(AttrOut& out, const AttrSource& s) { out.boolean(s.facts.no_trunc); }
void numlinks(AttrOut& out, const AttrSource& s) { out.u32(s.node.nlink); }
void owner(AttrOut& out, const AttrSource& s) { put_owner(out, s.node.uid); }
void owner_group(AttrOut& out, const AttrSource& s) { put_owner(out, s.node.gid); }
void rawdev(AttrOut& out, const AttrSource& s) {
  out.u32(s.node.rdev_major);
  out.u32(s.node.rdev_minor);
}
void space_avail(AttrOut& out, const AttrSource& s) { out.u64(s.stat.available_bytes); }
void space_free(AttrOut& out, const AttrSource& s) { out.u64(s.stat.free_bytes); }
void space_total(AttrOut& out, const AttrSource& s) { out.u64(s.stat.total_bytes); }
void space_used(AttrOut& out, const AttrSource& s) { out.u64(s.node.space_used); }
void time_access(AttrOut& out, const AttrSource& s) { put_time(out, s.node.atime); }
void time_create(AttrOut& out, const AttrSource& s) { put_time(out, s.node.btime); }
// RFC 8881 5.11.1, 5.11.2: changes of a directory and of its entries are told together.
void dir_notif_delay(AttrOut& out, const AttrSource& s) {
  const Nanos delay = s.reader.server.limits.dir_notify_delay;
  put_time(out, {delay / kSecond, static_cast<u32>(delay % kSecond)});
}
void dirent_notif_delay(AttrOut& out, const AttrSource& s) { dir_notif_delay(out, s); }
void time_delta(AttrOut& out, const AttrSource& s) { put_time(out, s.facts.time_delta); }
void time_metadata(AttrOut& out, const AttrSource& s) { put_time(out, s.node.ctime); }
void time_modify(AttrOut& out, const AttrSource& s) { put_time(out, s.node.mtime); }
void mounted_on_fileid(AttrOut& out, const AttrSource& s) {
  const auto under = pseudo_of(s.reader.server, s.place);
  out.u64(under ? s.reader.server.pseudo->at(*under).id.value : s.node.id.value);
}
// The verifier of an exclusive create is kept beside the attributes: all that can be set can be set at once.
void suppattr_exclcreat(AttrOut& out, const AttrSource& s) {
  static const AttrSet kOldOnly = attrs_with(kOld);
  put_set(out, writable_attrs(s.reader.minor) - kOldOnly);
}
void fs_charset_cap(AttrOut& out, const AttrSource&) { out.u32(FSCHARSET_CAP4_ALLOWS_ONLY_UTF8); }
void change_attr_type(AttrOut& out, const AttrSource&) { out.u32(NFS4_CHANGE_TYPE_IS_MONOTONIC_INCR); }

// RFC 8881 6.2.1.2. AUDIT and ALARM entries are kept and given back; nothing is recorded or raised by them.
void aclsupport(AttrOut& out, const AttrSource&) {
  out.u32(ACL4_SUPPORT_ALLOW_ACL | ACL4_SUPPORT_DENY_ACL | ACL4_SUPPORT_AUDIT_ACL | ACL4_SUPPORT_ALARM_ACL);
}
void acl(AttrOut& out, const AttrSource& s) { put_aces(out, fs::joined(*s.acls)); }
void dacl(AttrOut& out, const AttrSource& s) { put_acl41(out, s.acls->dacl); }
void sacl(AttrOut& out, const AttrSource& s) { put_acl41(out, s.acls->sacl); }

// RFC 7862 12.2.1: u32, where the file system counts in u64.
void clone_blksize(AttrOut& out, const AttrSource& s) { out.u32(static_cast<u32>(s.facts.clone_unit)); }
void xattr_support(AttrOut& out, const AttrSource& s) { out.boolean(s.place.object() && s.facts.xattrs); }
void offline(AttrOut& out, const AttrSource&) { out.boolean(false); }

// RFC 9754 section 3: each a bitmap of the values of its enum.
void open_arguments(AttrOut& out, const AttrSource&) {
  put_set(out, {OPEN_ARGS_SHARE_ACCESS_READ, OPEN_ARGS_SHARE_ACCESS_WRITE, OPEN_ARGS_SHARE_ACCESS_BOTH});
  put_set(out, {OPEN_ARGS_SHARE_DENY_NONE, OPEN_ARGS_SHARE_DENY_READ, OPEN_ARGS_SHARE_DENY_WRITE,
                OPEN_ARGS_SHARE_DENY_BOTH});
  put_set(out,
          {OPEN_ARGS_SHARE_ACCESS_WANT_ANY_DELEG, OPEN_ARGS_SHARE_ACCESS_WANT_NO_DELEG,
           OPEN_ARGS_SHARE_ACCESS_WANT_CANCEL, OPEN_ARGS_SHARE_ACCESS_WANT_SIGNAL_DELEG_WHEN_RESRC_AVAIL,
           OPEN_ARGS_SHARE_ACCESS_WANT_PUSH_DELEG_WHEN_UNCONTENDED,
           OPEN_ARGS_SHARE_ACCESS_WANT_DELEG_TIMESTAMPS, OPEN_ARGS_SHARE_ACCESS_WANT_OPEN_XOR_DELEGATION});
  put_set(out, {OPEN_ARGS_OPEN_CLAIM_NULL, OPEN_ARGS_OPEN_CLAIM_PREVIOUS, OPEN_ARGS_OPEN_CLAIM_DELEGATE_CUR,
                OPEN_ARGS_OPEN_CLAIM_DELEGATE_PREV, OPEN_ARGS_OPEN_CLAIM_FH,
                OPEN_ARGS_OPEN_CLAIM_DELEG_CUR_FH, OPEN_ARGS_OPEN_CLAIM_DELEG_PREV_FH});
  put_set(out, {OPEN_ARGS_CREATEMODE_UNCHECKED4, OPEN_ARGS_CREATE_MODE_GUARDED,
                OPEN_ARGS_CREATEMODE_EXCLUSIVE4, OPEN_ARGS_CREATE_MODE_EXCLUSIVE4_1});
}

}  // namespace values
}  // namespace dfs::nfs4
