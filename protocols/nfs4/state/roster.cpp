#include "protocols/nfs4/state/roster.h"

#include <algorithm>

#include "engine/fs/durable.h"
#include "protocols/nfs4/state/session.h"
#include "protocols/nfs4/state/state_record.h"

namespace dfs::nfs4 {
namespace {

using Table = fs::MetadataView::Table;

constexpr std::string_view kPrefix = "nfs4 client ";

std::string row_key(u64 row) {
  std::string k(kPrefix);
  for (int shift = 56; shift >= 0; shift -= 8) k += static_cast<char>(row >> shift);
  return k;
}

u64 row_number(std::string_view key) {
  u64 row = 0;
  for (char c : key.substr(kPrefix.size())) row = row << 8 | static_cast<u8>(c);
  return row;
}

// A row: version, facet with kLost, verifier, flavor, uid, lease (big-endian), and the owner to the end.
constexpr u8 kVersion = 1;
constexpr u8 kLost = 0x80;  // a delegation was revoked
constexpr size_t kFixed = 2 + 8 + 3 * 4;

std::string encode(const Roster::Entry& e) {
  std::string row(kFixed, '\0');
  auto* p = reinterpret_cast<u8*>(row.data());
  p[0] = kVersion;
  p[1] = static_cast<u8>(static_cast<u8>(e.facet) | (e.lost || e.lost_before ? kLost : 0));
  std::memcpy(p + 2, e.verifier.data(), e.verifier.size());
  put_be32(p + 10, static_cast<u32>(e.principal.flavor));
  put_be32(p + 14, e.principal.uid);
  put_be32(p + 18, e.lease);
  return row + e.owner;
}

bool decode(std::string_view row, Roster::Entry* e) {
  if (row.size() < kFixed) return false;
  const auto* p = reinterpret_cast<const u8*>(row.data());
  const auto facet = static_cast<u8>(p[1] & ~kLost);
  if (p[0] != kVersion || facet > static_cast<u8>(Facet::v41)) return false;
  e->facet = static_cast<Facet>(facet);
  e->lost_before = (p[1] & kLost) != 0;
  std::memcpy(e->verifier.data(), p + 2, e->verifier.size());
  e->principal = {static_cast<rpc::Flavor>(get_be32(p + 10)), get_be32(p + 14)};
  e->lease = get_be32(p + 18);
  e->owner = row.substr(kFixed);
  return true;
}

bool same(const Roster::Entry& e, const Client& c) {
  return e.verifier == c.verifier && e.principal == c.principal;
}

}  // namespace

std::string Roster::key(Facet facet, std::string_view owner) {
  std::string k(1, static_cast<char>(facet));
  return k.append(owner);
}

const Roster::Kept* Roster::find_locked(const Client& client) const {
  auto it = kept_.find(key(client.facet, client.owner));
  return it == kept_.end() ? nullptr : &it->second;
}

void Roster::change_locked(u64 row, std::optional<std::string> value) {
  const u64 at = changed_.load(std::memory_order_relaxed) + 1;
  changes_[row] = {at, std::move(value)};
  changed_.store(at, std::memory_order_release);
}

Roster::Kepts::iterator Roster::erase_locked(Kepts::iterator it) {
  change_locked(it->second.row, {});
  erased_.store(changed_.load(std::memory_order_relaxed), std::memory_order_release);
  return kept_.erase(it);
}

// --- the store ---------------------------------------------------------------------------------------------

Async<fs::FsError> Roster::load() {
  if (store_ == nullptr) return fs::FsError::ok;
  return load_later();
}

Task<fs::FsError> Roster::load_later() {
  auto take = [this](std::string_view name, std::string_view value) {
    Kept k{row_number(name), {}};
    next_row_ = std::max(next_row_, k.row + 1);
    // A row of a later version: its client is told that it cannot reclaim, which is always true enough.
    if (decode(value, &k.entry))
      kept_[key(k.entry.facet, k.entry.owner)] = std::move(k);
    else
      change_locked(k.row, {});
    return true;
  };
  auto all = [&](fs::MetadataView& view) {
    std::lock_guard lock(mutex_);
    kept_.clear();  // a store may have to read again
    return view.rows(Table::server, kPrefix, {}, take);
  };
  Async<fs::FsError> reading = store_->read(all);
  co_return co_await reading;
}

u64 Roster::write(fs::MetadataTxn& txn) {
  std::lock_guard lock(mutex_);
  for (const auto& [row, change] : changes_)
    if (change.row)
      txn.put_row(Table::server, row_key(row), *change.row);
    else
      txn.erase_row(Table::server, row_key(row));
  return changed_.load(std::memory_order_relaxed);
}

fs::FsError Roster::struck(fault::Point point) const {
  const auto action = faults_.check(point, {});
  return action && action->kind == fault::ActionKind::error ? static_cast<fs::FsError>(action->number)
                                                            : fs::FsError::ok;
}

void Roster::hand_over() {
  if (store_ == nullptr || struck(fault::Point::recovery_put_before) != fs::FsError::ok) return;
  // Of a store that would have to wait nothing has begun; settle() does it.
  (void)store_->update([this](fs::MetadataTxn& txn) {
    write(txn);
    return fs::FsError::ok;
  });
}

Async<fs::FsError> Roster::settle() {
  if (settled()) return fs::FsError::ok;
  return settle_later();
}

Task<fs::FsError> Roster::settle_later() {
  const u64 wanted = changed_.load(std::memory_order_acquire);
  while (durable_.load(std::memory_order_acquire) < wanted) {
    u64 written = wanted;
    auto all = [&](fs::MetadataTxn& txn) {
      written = write(txn);
      return fs::FsError::ok;
    };
    if (store_ != nullptr) {
      fs::FsError e = struck(fault::Point::recovery_put_before);
      if (e != fs::FsError::ok) co_return e;
      Task<fs::FsError> writing = fs::update_durably(*store_, all);
      e = co_await writing;
      if (e == fs::FsError::ok) e = struck(fault::Point::recovery_put_after);
      if (e != fs::FsError::ok) co_return e;
    }
    std::lock_guard lock(mutex_);
    std::erase_if(changes_, [&](const auto& c) { return c.second.at <= written; });
    if (written > durable_.load(std::memory_order_relaxed))
      durable_.store(written, std::memory_order_release);
  }
  co_return fs::FsError::ok;
}

// --- clients of this run -----------------------------------------------------------------------------------

Async<fs::FsError> Roster::admit(Client& client) {
  if (!client.recorded.load(std::memory_order_acquire)) {
    std::lock_guard lock(mutex_);
    // One that has ended gets no state, whoever asks.
    if (!client.gone() && !client.recorded.exchange(true, std::memory_order_acq_rel)) {
      auto [it, made] = kept_.try_emplace(key(client.facet, client.owner));
      Kept& k = it->second;
      if (made) k.row = next_row_++;
      const bool known = !made && same(k.entry, client);
      const bool written = known && k.entry.lease == lease_;
      k.entry = {client.facet,
                 client.owner,
                 client.verifier,
                 client.principal,
                 lease_,
                 known && k.entry.lost_before,
                 client.number,
                 known && k.entry.lost,
                 known && k.entry.complete};
      if (!written) change_locked(k.row, encode(k.entry));
    }
  }
  return settle();
}

void Roster::forget(Client& client) {
  {
    std::lock_guard lock(mutex_);
    if (!client.recorded.exchange(false, std::memory_order_acq_rel)) return;
    auto it = kept_.find(key(client.facet, client.owner));
    // Its next incarnation may have the row by now.
    if (it == kept_.end() || it->second.entry.holder != client.number) return;
    erase_locked(it);
  }
  hand_over();
}

void Roster::loses_delegation(const Client& client) {
  {
    std::lock_guard lock(mutex_);
    auto it = kept_.find(key(client.facet, client.owner));
    if (it == kept_.end() || it->second.entry.holder != client.number) return;
    if (std::exchange(it->second.entry.lost, true)) return;
    change_locked(it->second.row, encode(it->second.entry));
    // Whoever is given what was taken away waits for this, as for a row that goes.
    erased_.store(changed_.load(std::memory_order_relaxed), std::memory_order_release);
  }
  hand_over();
}

// --- what an earlier run left ------------------------------------------------------------------------------

bool Roster::left_by(const Client& client) const {
  std::lock_guard lock(mutex_);
  const Kept* k = find_locked(client);
  return k != nullptr && k->entry.holder == 0 && same(k->entry, client);
}

bool Roster::lost_delegation(const Client& client) const {
  std::lock_guard lock(mutex_);
  const Kept* k = find_locked(client);
  return k != nullptr && same(k->entry, client) && k->entry.lost_before;
}

void Roster::succeeded_by(const Client& client) {
  {
    std::lock_guard lock(mutex_);
    auto it = kept_.find(key(client.facet, client.owner));
    if (it == kept_.end() || it->second.entry.holder != 0) return;
    const Entry& e = it->second.entry;
    // Another principal's use of the name says nothing about whose it was.
    if (e.principal != client.principal || e.verifier == client.verifier) return;
    erase_locked(it);
  }
  hand_over();
}

void Roster::complete(const Client& client) {
  std::lock_guard lock(mutex_);
  auto it = kept_.find(key(client.facet, client.owner));
  if (it != kept_.end() && same(it->second.entry, client)) it->second.entry.complete = true;
}

bool Roster::all_complete() const {
  std::lock_guard lock(mutex_);
  return std::all_of(kept_.begin(), kept_.end(), [](const auto& k) { return k.second.entry.complete; });
}

void Roster::drop_absent() {
  {
    std::lock_guard lock(mutex_);
    for (auto it = kept_.begin(); it != kept_.end();) {
      if (it->second.entry.holder == 0) {
        it = erase_locked(it);
        continue;
      }
      // Nothing of the last run can be claimed any more: the next begins with what this one does.
      if (std::exchange(it->second.entry.lost_before, false))
        change_locked(it->second.row, encode(it->second.entry));
      ++it;
    }
  }
  hand_over();
}

std::vector<Roster::Entry> Roster::entries() const {
  std::lock_guard lock(mutex_);
  std::vector<Entry> out;
  for (const auto& [key, kept] : kept_) out.push_back(kept.entry);
  return out;
}

}  // namespace dfs::nfs4
