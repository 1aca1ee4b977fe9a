#include "engine/stores/mem/directory.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace dfs::stores {

using fs::Cookie;
using fs::Dirent;

Directory::~Directory() {
  for (auto& [first, run] : runs_)
    for (Entry* e : run) std::free(e);
}

Directory::Entry* Directory::make_entry(std::string_view name, u32 hash, const Dirent& entry) {
  void* memory = std::malloc(sizeof(Entry) + name.size());
  if (memory == nullptr) throw std::bad_alloc();
  auto* e = new (memory) Entry{entry, hash, static_cast<u16>(name.size())};
  std::memcpy(e + 1, name.data(), name.size());
  return e;
}

DirectoryEntry* NameTable::find(std::string_view name, u32 hash) const {
  if (slots_.empty()) return nullptr;
  size_t mask = slots_.size() - 1;
  size_t i = hash & mask;
  while (slots_[i] != nullptr && (slots_[i]->hash != hash || slots_[i]->name() != name)) i = (i + 1) & mask;
  return slots_[i];
}

void NameTable::insert(DirectoryEntry* entry) {
  if ((count_ + 1) * 4 > slots_.size() * 3) grow();
  size_t mask = slots_.size() - 1;
  size_t i = entry->hash & mask;
  while (slots_[i] != nullptr) i = (i + 1) & mask;
  slots_[i] = entry;
  ++count_;
}

void NameTable::grow() {
  std::vector<DirectoryEntry*> old(std::max<size_t>(4, slots_.size() * 2));
  old.swap(slots_);
  count_ = 0;
  for (DirectoryEntry* e : old)
    if (e) insert(e);
}

// Removal from a linearly probed table: every later entry of the cluster whose home is not between the gap
// and its place moves into the gap (Knuth, The Art of Computer Programming vol. 3, 6.4, algorithm R).
void NameTable::erase(const DirectoryEntry* entry) {
  size_t mask = slots_.size() - 1;
  size_t gap = entry->hash & mask;
  while (slots_[gap] != entry) gap = (gap + 1) & mask;
  for (size_t i = (gap + 1) & mask; slots_[i] != nullptr; i = (i + 1) & mask) {
    size_t home = slots_[i]->hash & mask;
    if (((i - home) & mask) >= ((i - gap) & mask)) {
      slots_[gap] = slots_[i];
      gap = i;
    }
  }
  slots_[gap] = nullptr;
  --count_;
}

const Dirent* Directory::find(std::string_view name) const {
  u32 h = hash(name);
  const Entry* e = table(h).find(name, h);
  return e ? &e->entry : nullptr;
}

std::optional<Dirent> Directory::put(std::string_view name, const Dirent& entry) {
  u32 h = hash(name);
  std::optional<Dirent> before;
  Entry* e = table(h).find(name, h);
  if (e != nullptr) {
    before = e->entry;
    unlink(e);
    e->entry = entry;
  } else {
    e = make_entry(name, h, entry);
    table(h).insert(e);
    if (++count_ > kSplit && names_.size() == 1) split();
  }
  link(e);
  return before;
}

std::optional<Dirent> Directory::erase(std::string_view name) {
  u32 h = hash(name);
  Entry* e = table(h).find(name, h);
  if (e == nullptr) return {};
  Dirent before = e->entry;
  unlink(e);
  table(h).erase(e);
  --count_;
  std::free(e);
  return before;
}

void Directory::split() {
  NameTable all = std::move(names_[0]);
  names_ = std::vector<NameTable>(kTables);
  all.each([&](Entry* e) { table(e->hash).insert(e); });
}

Directory::Run::const_iterator Directory::after_cookie(const Run& run, Cookie cookie) {
  return std::upper_bound(run.begin(), run.end(), cookie,
                          [](Cookie c, const Entry* e) { return c < e->entry.cookie; });
}

void Directory::link(Entry* e) {
  Cookie cookie = e->entry.cookie;
  auto next = runs_.upper_bound(cookie);
  if (next == runs_.begin()) {  // before all others, or the first
    runs_[cookie].push_back(e);
    return;
  }
  Run& run = std::prev(next)->second;
  auto at = after_cookie(run, cookie);
  if (run.size() < kRun) {
    run.insert(at, e);
  } else if (at == run.end()) {
    runs_.emplace_hint(next, cookie, Run{e});
  } else {
    Run tail(run.begin() + kRun / 2, run.end());
    run.resize(kRun / 2);
    Cookie first = tail.front()->entry.cookie;
    runs_.emplace_hint(next, first, std::move(tail));
    link(e);
  }
}

void Directory::unlink(Entry* e) {
  auto it = std::prev(runs_.upper_bound(e->entry.cookie));
  Run& run = it->second;
  run.erase(after_cookie(run, e->entry.cookie) - 1);  // the key stays: a lower bound of the run's cookies
  if (run.empty()) runs_.erase(it);
}

}  // namespace dfs::stores
