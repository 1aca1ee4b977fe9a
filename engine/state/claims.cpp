#include "engine/state/claims.h"

namespace dfs::state {

ClaimId ClaimTable::add(Owner owner, std::variant<ByteRange, ShareMode, CachingGrant> what) {
  const ClaimId id{next_id_++};
  claims_.push_back({id, std::move(owner), std::move(what)});
  return id;
}

bool ClaimTable::remove(ClaimId id) {
  return std::erase_if(claims_, [&](const Claim& c) { return c.id == id; }) != 0;
}

size_t ClaimTable::unlock(const Owner& owner, Range range) {
  size_t touched = 0;
  std::vector<Claim> kept;
  for (Claim& c : claims_) {
    auto* lock = std::get_if<ByteRange>(&c.what);
    if (lock == nullptr || c.owner != owner || !lock->range.overlaps(range)) {
      kept.push_back(std::move(c));
      continue;
    }
    ++touched;
    const Range whole = lock->range;
    // What lies before the range keeps the claim's id, what lies behind it becomes a claim of its own.
    if (whole.offset < range.offset) {
      Claim front = c;
      std::get<ByteRange>(front.what).range = {whole.offset, range.offset};
      kept.push_back(std::move(front));
    }
    if (whole.end > range.end) {
      Claim back = c;
      if (whole.offset < range.offset) back.id = ClaimId{next_id_++};
      std::get<ByteRange>(back.what).range = {range.end, whole.end};
      kept.push_back(std::move(back));
    }
  }
  claims_ = std::move(kept);
  return touched;
}

size_t ClaimTable::remove_client(const Owner& any_of_it) {
  return std::erase_if(claims_, [&](const Claim& c) { return c.owner.same_client(any_of_it); });
}

}  // namespace dfs::state
