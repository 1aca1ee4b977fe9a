#include "engine/state/claimed_files.h"

namespace dfs::state {

FilePin::~FilePin() {
  if (file_ != nullptr) files_->unpin(*file_);
}

HeldWay::HeldWay(FilePin file, const Owner& who) : file_(std::move(file)), who_(who) {
  std::lock_guard lock(file_->mutex());
  file_->claims.begin_change(who_);
}

HeldWay::~HeldWay() {
  if (!file_) return;
  std::lock_guard lock(file_->mutex());
  file_->claims.end_change(who_);
}

FilePin ClaimedFiles::pin(const FileKey& key) {
  Stripe& s = stripe(key);
  std::lock_guard lock(s.mutex);
  std::unique_ptr<ClaimedFile>& file = s.files[key];
  if (!file) file.reset(new ClaimedFile(key, s.mutex));
  ++file->pins_;
  return FilePin(*this, *file);
}

void ClaimedFiles::unpin(ClaimedFile& file) {
  Stripe& s = stripe(file.key);
  std::lock_guard lock(s.mutex);
  if (--file.pins_ == 0) s.files.erase(FileKey(file.key));
}

Verdict ClaimedFiles::judge(const FileKey& key, const Owner& who, const Access& access) {
  Stripe& s = stripe(key);
  std::lock_guard lock(s.mutex);
  auto it = s.files.find(key);
  return it == s.files.end() ? Verdict{} : it->second->claims.judge(who, access);
}

void ClaimedFiles::look(const FileKey& key, FunctionRef<void(ClaimedFile&)> visit) {
  Stripe& s = stripe(key);
  std::lock_guard lock(s.mutex);
  if (auto it = s.files.find(key); it != s.files.end()) visit(*it->second);
}

void ClaimedFiles::each(FunctionRef<void(const ClaimedFile&)> visit) {
  for (Stripe& s : stripes_) {
    std::lock_guard lock(s.mutex);
    for (auto& [key, file] : s.files) visit(*file);
  }
}

size_t ClaimedFiles::size() {
  size_t n = 0;
  each([&](const ClaimedFile&) { ++n; });
  return n;
}

}  // namespace dfs::state
