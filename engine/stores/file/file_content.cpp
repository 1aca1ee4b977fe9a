#include "engine/stores/file/file_content.h"

#include <fmt/format.h>

namespace dfs::stores {

using fs::FsError;
using fs::MetadataTxn;
using Table = fs::MetadataView::Table;

FileContent::FileContent(std::unique_ptr<ContentFolder> folder, fs::MetadataStore& metadata, Workers& workers,
                         FileContentOptions options)
    : folder_(std::move(folder)),
      metadata_(metadata),
      workers_(workers),
      options_(options),
      table_(options.open_files) {}

Result<std::unique_ptr<FileContent>, std::string> FileContent::open(const std::string& path,
                                                                    fs::MetadataStore& metadata,
                                                                    Workers& workers,
                                                                    FileContentOptions options) {
  auto folder = ContentFolder::open(path);
  if (!folder) return failure(std::move(folder.error()));
  std::unique_ptr<FileContent> store(new FileContent(std::move(*folder), metadata, workers, options));
  std::string wrong = store->claim_metadata();
  if (!wrong.empty()) return failure(std::move(wrong));
  store->poked_ = true;  // what was due when the last run ended
  if (options.housekeeping) store->house_ = std::thread([s = store.get()] { s->keep_house(); });
  return store;
}

// The two stores are one thing: each other's data makes no sense with any other.
std::string FileContent::claim_metadata() {
  bool foreign = false;
  fs::CommitSeq seq = 0;
  auto claim = [&](MetadataTxn& txn) {
    auto owner = txn.row(Table::content, std::string(1, rows::kStore));
    if (!owner && owner.error() != FsError::not_found) return owner.error();
    foreign = owner && *owner != folder_->id();
    first_id_ = txn.new_id();
    if (!owner) txn.put_row(Table::content, std::string(1, rows::kStore), folder_->id());
    return FsError::ok;
  };
  FsError e = run_blocking(metadata_.update(claim, &seq));
  if (e == FsError::ok) e = run_blocking(metadata_.wait_durable(seq));
  if (foreign)
    return fmt::format("the content store {} does not belong to this metadata store: its data is elsewhere",
                       folder_->path());
  if (e != FsError::ok) return fmt::format("the metadata store cannot be written: {}", name(e));
  return {};
}

// A commit may be asking us right now, and none may go on without us: it could name data that nobody makes durable.
FileContent::~FileContent() {
  stop();
  metadata_.set_commit_barrier([] { return FsError::io; });
}

fs::FsStat FileContent::statfs() const {
  fs::FsStat stat{};
  folder_->statfs(stat);
  return stat;
}

// What a power cut leaves: bytes that no sync covered may be anything. So that nobody relies on them, they
// become anything here.
void FileContent::crash() {
  crashed_ = true;
  stop();
  for (const StateRef& s : table_.take_dirty()) {
    std::lock_guard lock(s->mutex);
    if (!s->staging) continue;
    for (const FileState::Range& r : s->unsynced) {
      std::string anything(r.length, '\xdb');
      write_all(s->staging->get(), r.offset, reinterpret_cast<const u8*>(anything.data()), anything.size());
    }
    if (s->new_name) folder_->remove_staging(s->id);
  }
}

FsError FileContent::close() {
  stop();
  return sync();
}

}  // namespace dfs::stores
