#include "engine/fs/file_system_impl.h"
#include "engine/fs/nodes.h"
#include "engine/fs/run.h"

namespace dfs::fs {

using Table = MetadataView::Table;

namespace {

Inode make_root(const FileSystemConfig& config, u64 generation, WallTime now) {
  Inode root{};
  root.id = kRootId;
  root.generation = generation;
  root.type = FileType::directory;
  root.mode = config.root_mode & kModeMask;
  root.nlink = 2;
  root.uid = config.root_uid;
  root.gid = config.root_gid;
  root.size = root.space_used = 4096;
  root.change = 1;
  root.atime = root.mtime = root.ctime = root.btime = now;
  root.parent = kRootId;
  root.next_cookie = kFirstCookie;
  return root;
}

Task<Result<std::unique_ptr<FileSystem>, FsError>> open_later(std::unique_ptr<FileSystem> made,
                                                              FileSystem::Impl& impl) {
  FsError e = co_await impl.start();
  if (e == FsError::ok && !impl.config.keep_orphans) e = co_await impl.sweep_orphans();
  if (e != FsError::ok) co_return failure(e);
  co_return std::move(made);
}

}  // namespace

Task<FsError> FileSystem::Impl::start() {
  u64 drawn;
  random.fill(&drawn, sizeof drawn);
  random.fill(uuid.data(), uuid.size());
  Inode fresh = make_root(config, draw_generation(), clock.wall());
  CommitSeq seq = 0;
  auto find_or_make = [&](MetadataTxn& txn) {
    auto node = txn.inode(kRootId);
    auto id = txn.row(Table::server, kUuidKey);
    auto kept = txn.row(Table::server, kVerifierKey);
    verifier = drawn;
    if (kept && kept->size() == sizeof verifier) std::memcpy(&verifier, kept->data(), sizeof verifier);
    txn.erase_row(Table::server, kVerifierKey);
    if (node && id) {
      if (node->type != FileType::directory || id->size() != uuid.size()) return FsError::corrupt;
      root = {node->id, node->generation};
      std::memcpy(uuid.data(), id->data(), uuid.size());
      return FsError::ok;
    }
    if (!node && node.error() != FsError::not_found) return node.error();
    if (!id && id.error() != FsError::not_found) return id.error();
    if (node.has_value() != id.has_value()) return FsError::corrupt;  // they are made together
    txn.put_inode(fresh);
    txn.put_row(Table::server, kUuidKey, {reinterpret_cast<const char*>(uuid.data()), uuid.size()});
    root = {fresh.id, fresh.generation};
    return FsError::ok;
  };
  metadata.set_commit_barrier([&content = content] { return content.sync(); });
  FsError e = co_await metadata.update(find_or_make, &seq);
  if (e != FsError::ok) co_return e;
  co_return co_await metadata.wait_durable(seq);
}

FileSystem::FileSystem(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FileSystem::~FileSystem() = default;

Async<Result<std::unique_ptr<FileSystem>, FsError>> FileSystem::open(MetadataStore& metadata,
                                                                     ContentStore& content, Clock& clock,
                                                                     Random& random,
                                                                     FileSystemConfig config) {
  auto impl = std::make_unique<Impl>(metadata, content, clock, random, config);
  Impl& opened = *impl;
  return open_later(std::unique_ptr<FileSystem>(new FileSystem(std::move(impl))), opened);
}

namespace {

Task<FsError> close_later(MetadataStore& store, u64 verifier) {
  CommitSeq seq = 0;
  auto keep = [&](MetadataTxn& txn) {
    txn.put_row(Table::server, kVerifierKey, {reinterpret_cast<const char*>(&verifier), sizeof verifier});
    return FsError::ok;
  };
  Async<FsError> keeping = store.update(keep, &seq);
  FsError e = co_await keeping;
  if (e != FsError::ok) co_return e;
  // Durability is of a prefix: with this row, all that came before it is there.
  Async<FsError> waiting = store.wait_durable(seq);
  co_return co_await waiting;
}

}  // namespace

Async<FsError> FileSystem::close() { return close_later(impl_->metadata, impl_->verifier); }

void FileSystem::interrupt() { impl_->interrupted = true; }

NodeRef FileSystem::root() const { return impl_->root; }
const std::array<u8, 16>& FileSystem::uuid() const { return impl_->uuid; }
Facts FileSystem::facts() const {
  Facts f;
  f.max_io = impl_->config.max_io;
  f.clone_unit = impl_->content.clone_unit();
  return f;
}
u64 FileSystem::write_verifier() const { return impl_->verifier; }
MetadataStore& FileSystem::metadata() { return impl_->metadata; }
ContentStore& FileSystem::content() { return impl_->content; }

}  // namespace dfs::fs
