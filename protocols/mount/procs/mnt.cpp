#include <cerrno>

#include "protocols/mount/program.h"

namespace dfs::mount {
namespace {

mountstat3 to_status(fs::FsError e) {
  using fs::FsError;
  switch (e) {
    case FsError::ok:
      return MNT3_OK;
    case FsError::perm:
      return MNT3ERR_PERM;
    case FsError::access:
      return MNT3ERR_ACCES;
    case FsError::not_found:
      return MNT3ERR_NOENT;
    case FsError::not_directory:
    case FsError::symlink:
      return MNT3ERR_NOTDIR;
    case FsError::name_too_long:
      return MNT3ERR_NAMETOOLONG;
    case FsError::bad_name:
    case FsError::invalid:
      return MNT3ERR_INVAL;
    case FsError::io:
    case FsError::corrupt:
      return MNT3ERR_IO;
    default:
      return MNT3ERR_SERVERFAULT;
  }
}

mountres3 refused(mountstat3 status) {
  mountres3 res{};
  res.fhs_status = status;
  return res;
}

// Walks from an export's root to the directory named by the rest of the path. The server itself walks, so the
// permissions on the way do not matter; every NFS call on the result is checked.
Task<mountres3> walk(Mount& m, rpc::Call& call, const fs::Export& ex, std::string_view path,
                     std::string_view rest) {
  static const fs::Credential kServer{0, 0, {}};
  fs::NodeRef node = ex.file_system->root();
  while (!rest.empty()) {
    if (rest.front() == '/') {
      rest.remove_prefix(1);
      continue;
    }
    const std::string_view name = rest.substr(0, rest.find('/'));
    rest.remove_prefix(name.size());
    const fs::LookupResult found = co_await ex.file_system->lookup(kServer, node, name);
    if (found.error != fs::FsError::ok) co_return refused(to_status(found.error));
    if (found.node.type != fs::FileType::directory) co_return refused(MNT3ERR_NOTDIR);
    node = {found.node.id, found.node.generation};
  }
  m.list.add({call.transport->peer().ip.str(), std::string(path)});
  auto* handle = call.arena.construct<fs::HandleBytes>(m.sealer.seal({ex.id, ex.file_system->uuid(), node}));
  static constexpr i32 kFlavors[] = {static_cast<i32>(rpc::Flavor::sys), static_cast<i32>(rpc::Flavor::none)};
  mountres3 res{};
  res.mountinfo.fhandle = {handle->data(), fs::kHandleSize};
  res.mountinfo.auth_flavors = {kFlavors, 2};
  co_return res;
}

}  // namespace

// RFC 1813 5.2.1
Async<mountres3> mnt(Mount& m, rpc::Call& call, const dirpath& path) {
  if (!path.view().starts_with('/')) return refused(MNT3ERR_INVAL);
  std::string_view rest;
  const fs::Export* ex = m.exports.by_path(path.view(), &rest);
  if (ex == nullptr) return refused(MNT3ERR_NOENT);
  if (ex->rule_for(call.transport->peer()) == nullptr) return refused(MNT3ERR_ACCES);
  return walk(m, call, *ex, path.view(), rest);
}

// RFC 1094 A.5: the status is a UNIX error number. There is no NFS version 2 here to use the handle with.
Async<fhstatus> mnt_v1(Mount&, rpc::Call&, const dirpath&) {
  fhstatus res{};
  res.status = EOPNOTSUPP;
  return res;
}

}  // namespace dfs::mount
