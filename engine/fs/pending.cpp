#include "engine/fs/file_system.h"

// The calls whose implementation follows in the next commits.
namespace dfs::fs {
namespace {

template <class R>
R refused() {
  R r;
  r.error = FsError::not_supported;
  return r;
}

}  // namespace

Async<SeekResult> FileSystem::seek(const Credential&, NodeRef, u64, SeekFor, IoCheck) {
  return refused<SeekResult>();
}
Async<ReadPlusResult> FileSystem::read_plus(const Credential&, NodeRef, u64, u32, IoCheck) {
  return refused<ReadPlusResult>();
}
Async<ChangeResult> FileSystem::allocate(const Credential&, NodeRef, u64, u64, IoCheck) {
  return refused<ChangeResult>();
}
Async<ChangeResult> FileSystem::deallocate(const Credential&, NodeRef, u64, u64, IoCheck) {
  return refused<ChangeResult>();
}
Async<ChangeResult> FileSystem::clone(const Credential&, NodeRef, u64, NodeRef, u64, u64, IoCheck, IoCheck) {
  return refused<ChangeResult>();
}
Async<CopyResult> FileSystem::copy(const Credential&, NodeRef, u64, NodeRef, u64, u64, Stable, IoCheck,
                                   IoCheck) {
  return refused<CopyResult>();
}
Async<CopyResult> FileSystem::write_same(const Credential&, NodeRef, const BlockPattern&, Stable, IoCheck) {
  return refused<CopyResult>();
}
Async<XattrResult> FileSystem::getxattr(const Credential&, NodeRef, std::string_view) {
  return refused<XattrResult>();
}
Async<ChangeResult> FileSystem::setxattr(const Credential&, NodeRef, std::string_view, std::string_view,
                                         XattrHow) {
  return refused<ChangeResult>();
}
Async<ChangeResult> FileSystem::removexattr(const Credential&, NodeRef, std::string_view) {
  return refused<ChangeResult>();
}
Async<ListXattrResult> FileSystem::listxattrs(const Credential&, NodeRef, Cookie, XattrVisitor) {
  return refused<ListXattrResult>();
}

}  // namespace dfs::fs
