// Who is given a delegation, and when (RFC 7530 10.4, RFC 8881 10.4).
#include "protocols/nfs4/callback/cb_recall_any.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/state/delegations.h"
#include "protocols/nfs4/state/stateid.h"

namespace dfs::nfs4 {
namespace {

constexpr Nanos kCalm = 30 * kSecond;
constexpr size_t kMostBarred = 1u << 16;

DelegatedTimes times_of(const Compound& c, u32 wants_bits, const fs::Inode& as_found) {
  if (c.minor < 2 || (wants_bits & OPEN4_SHARE_ACCESS_WANT_DELEG_TIMESTAMPS) == 0) return {};
  return {true, as_found.atime, as_found.mtime};
}

bool kept_to_be_claimed(const Delegation& d) {
  std::lock_guard lock(d.file->mutex());
  return d.previous;
}

}  // namespace

// --- giving ------------------------------------------------------------------------------------------------

bool Delegations::room(const Client& client, DelegationType type, u64 more) {
  const Limits& limits = state_.server.limits;
  if (!limits.delegations || !Callbacks::available(client)) return false;
  const u64 most = type == DelegationType::read    ? limits.max_read_delegations
                   : type == DelegationType::write ? limits.max_write_delegations
                                                   : limits.max_dir_delegations;
  const u64 of_type = counted(type).outstanding.load(std::memory_order_relaxed);
  if (count_.load(std::memory_order_relaxed) + more <= limits.max_delegations && of_type + more <= most)
    return true;
  relieve();
  return false;
}

void Delegations::begun(DelegationType t) {
  count_of(t).outstanding.fetch_add(1, std::memory_order_relaxed);
  count_of(t).granted.fetch_add(1, std::memory_order_relaxed);
}

bool Delegations::admitted_locked(const Client& client) const {
  if (client.gone() || client.states >= Client::kMaxStates) return false;
  // Its lease ended since it was admitted (recovery.h), or somebody else's did.
  return client.recorded.load(std::memory_order_acquire) && state_.recovery.roster.cleared();
}

why_no_delegation4 Delegations::add_locked(const Ref<Client>& client, state::ClaimedFile& file,
                                           state::CachingGrant what, const ReferringCall& by, Make make,
                                           Ref<Delegation>* out) {
  if (!client->delegation_owner)
    client->delegation_owner = Ref<StateOwner>::adopt(new StateOwner(client, Bytes{}));
  const Ref<StateOwner>& owner = client->delegation_owner;
  std::lock_guard lock(file.mutex());
  if (!file.claims.may_grant(owner->who, what)) return WND4_CONTENTION;
  Ref<Delegation> made = make(owner);
  if (!made) return WND4_RESOURCE;
  made->given_by = by;
  state_.add(made);
  made->grant = file.claims.grant(owner->who, what, tag_of(made->number));
  client->delegations.emplace(&file, made);
  ++client->states;
  count_.fetch_add(1, std::memory_order_relaxed);
  begun(made->type());
  *out = std::move(made);
  return WND4_NOT_WANTED;  // is not looked at
}

why_no_delegation4 Delegations::grant(const DelegationAsk& ask, Ref<Delegation>* out) {
  const Ref<Client>& client = ask.client;
  const Place& file = ask.file;
  // What is reclaimed was given before, and is given again, to be recalled where it cannot stay.
  if (!ask.reclaim && !room(*client, ask.write ? DelegationType::write : DelegationType::read, 1))
    return WND4_RESOURCE;
  if (!ask.reclaim && barred(file_key(file))) return WND4_CONTENTION;
  if (state_.server.faults.check(fault::Point::state_grant_offer,
                                 {.file = file.node.id.value, .client = client->id.value}))
    return WND4_RESOURCE;
  const fs::HandleBytes handle = state_.server.sealer.seal({file.ex->id, file.fs().uuid(), file.node});
  auto hold = Ref<FileHold>::adopt(new FileHold(state_, file.fs(), file.node.id));
  state::FilePin pin = state_.files.pin(file_key(file));
  state::ClaimedFile& claimed = *pin;
  std::lock_guard held(client->mutex);
  if (!admitted_locked(*client)) return WND4_RESOURCE;
  if (auto it = client->delegations.find(&claimed); it != client->delegations.end()) {
    if (ask.pushed || kept_to_be_claimed(*it->second)) return WND4_RESOURCE;
    if (it->second->write || !ask.write)
      return it->second->write && !ask.write ? WND4_NOT_SUPP_DOWNGRADE : WND4_RESOURCE;
    return upgrade(it->second, ask, out);
  }
  return add_locked(
      client, claimed, grant_of(ask.write), ask.by,
      [&](const Ref<StateOwner>& owner) {
        // Under the file's mutex: what others take when the grace period is over comes after this.
        if (ask.reclaim && !state_.recovery.in_grace()) return Ref<Delegation>();
        return Ref<Delegation>::adopt(new Delegation(owner, std::move(pin), std::move(hold), file.node,
                                                     ask.who, ask.write, handle, ask.times));
      },
      out);
}

// The same stateid, with its next seqid, now stands for a write delegation (RFC 8881 10.4). Whoever it was
// given for is whom its input and output is judged by, so it stays his.
why_no_delegation4 Delegations::upgrade(const Ref<Delegation>& d, const DelegationAsk& ask,
                                        Ref<Delegation>* out) {
  std::lock_guard lock(d->file->mutex());
  if (!d->live || d->recalled) return WND4_CONTENTION;
  if (d->opener != ask.who) return WND4_NOT_SUPP_UPGRADE;
  state::ClaimTable& claims = d->file->claims;
  if (!claims.may_grant(d->owner->who, grant_of(true))) return WND4_CONTENTION;
  claims.take_back(d->grant);
  d->grant = claims.grant(d->owner->who, grant_of(true), tag_of(d->number));
  d->write = true;
  count_of(DelegationType::read).outstanding.fetch_sub(1, std::memory_order_relaxed);
  begun(DelegationType::write);
  d->given_by = ask.by;
  d->next_stateid();
  *out = d;
  return WND4_NOT_WANTED;  // is not looked at
}

open_delegation4 told(const Delegation& given, bool recall) {
  // Nobody but the holder need be asked whether he may read: no access is promised without ACCESS.
  const nfsace4 nobody{ACE4_ACCESS_ALLOWED_ACE_TYPE, 0, 0, {}};
  std::lock_guard lock(given.file->mutex());
  open_delegation4 d{};
  if (given.write) {
    d.delegation_type = given.times.given ? OPEN_DELEGATE_WRITE_ATTRS_DELEG : OPEN_DELEGATE_WRITE;
    // No space is set aside: what the client holds back has to be written before it closes (RFC
    // 8881 10.4.1).
    d.write = {given.stateid(), recall, {NFS_LIMIT_SIZE, {0}}, nobody};
  } else {
    d.delegation_type = given.times.given ? OPEN_DELEGATE_READ_ATTRS_DELEG : OPEN_DELEGATE_READ;
    d.read = {given.stateid(), recall, nobody};
  }
  return d;
}

const stateid4* stateid_of(const open_delegation4& d) {
  switch (d.delegation_type) {
    case OPEN_DELEGATE_READ:
    case OPEN_DELEGATE_READ_ATTRS_DELEG:
      return &d.read.stateid;
    case OPEN_DELEGATE_WRITE:
    case OPEN_DELEGATE_WRITE_ATTRS_DELEG:
      return &d.write.stateid;
    default:
      return nullptr;
  }
}

open_delegation4 none_given(why_no_delegation4 why) {
  open_delegation4 d{};
  d.delegation_type = OPEN_DELEGATE_NONE_EXT;
  d.od_whynone.ond_why = why;
  return d;
}

open_delegation4 Delegations::offer(Compound& c, const Ref<Client>& client, const Place& file, u8 access,
                                    u32 wants_bits, const fs::Inode& as_found) {
  const u32 want = c.minor == 0 ? 0 : wants_bits & OPEN4_SHARE_ACCESS_WANT_DELEG_MASK;
  why_no_delegation4 why = WND4_NOT_WANTED;
  if (want == OPEN4_SHARE_ACCESS_WANT_CANCEL) {
    why = WND4_CANCELLED;
    wants.cancel(*client, file_key(file));
  } else if (want != OPEN4_SHARE_ACCESS_WANT_NO_DELEG) {
    // A delegation lets its holder do what the OPEN was let do, and no more.
    const bool write = (access & state::kWriteRight) != 0 && want != OPEN4_SHARE_ACCESS_WANT_READ_DELEG;
    Ref<Delegation> given;
    why = WND4_RESOURCE;
    const DelegationAsk ask{
        client, file, Principal::of(c.call), ReferringCall::of(c), write, times_of(c, wants_bits, as_found)};
    if (write || (access & state::kReadRight) != 0) why = grant(ask, &given);
    if (given) return told(*given, false);
    if (c.minor > 0 && want != OPEN4_SHARE_ACCESS_WANT_NO_PREFERENCE) return promised(ask, why, wants_bits);
  }
  if (c.minor == 0 || want == OPEN4_SHARE_ACCESS_WANT_NO_PREFERENCE) return {};
  return none_given(why);
}

// Why there is none, and what the client will hear: only what it has asked to.
open_delegation4 Delegations::promised(const DelegationAsk& ask, why_no_delegation4 why, u32 wants_bits) {
  open_delegation4 d = none_given(why);
  const bool full = count_.load(std::memory_order_relaxed) >= state_.server.limits.max_delegations;
  if (!Callbacks::available(*ask.client) || !state_.server.limits.delegations) return d;
  if (why == WND4_CONTENTION && (wants_bits & OPEN4_SHARE_ACCESS_WANT_PUSH_DELEG_WHEN_UNCONTENDED) != 0)
    d.od_whynone.ond_server_will_push_deleg = wants.keep(ask, DelegationWants::Kind::contended);
  if (why == WND4_RESOURCE && full &&
      (wants_bits & OPEN4_SHARE_ACCESS_WANT_SIGNAL_DELEG_WHEN_RESRC_AVAIL) != 0)
    d.od_whynone.ond_server_will_signal_avail = wants.keep(ask, DelegationWants::Kind::resourced);
  return d;
}

open_delegation4 Delegations::reclaim(Compound& c, const Ref<Client>& client, const Place& file, u8 access,
                                      open_delegation_type4 type, const fs::Inode& as_found) {
  const bool write = type == OPEN_DELEGATE_WRITE || type == OPEN_DELEGATE_WRITE_ATTRS_DELEG;
  if (!write && type != OPEN_DELEGATE_READ && type != OPEN_DELEGATE_READ_ATTRS_DELEG) return {};
  const auto refused = [&](why_no_delegation4 why) {
    return c.minor == 0 ? open_delegation4{} : none_given(why);
  };
  // Who lost one in the last run could claim just that: others may have changed the file since (RFC
  // 7530 10.2.1, RFC 8881 10.2.1).
  if (state_.recovery.roster.lost_delegation(*client)) return refused(WND4_RESOURCE);
  if ((access & (write ? state::kWriteRight : state::kReadRight)) == 0) return refused(WND4_RESOURCE);
  DelegatedTimes times;
  if (c.minor > 1 && (type == OPEN_DELEGATE_READ_ATTRS_DELEG || type == OPEN_DELEGATE_WRITE_ATTRS_DELEG))
    times = {true, as_found.atime, as_found.mtime};
  Ref<Delegation> given;
  const why_no_delegation4 why =
      grant({client, file, Principal::of(c.call), ReferringCall::of(c), write, times, true, false}, &given);
  return given ? told_or_recalled(given) : refused(why);
}

open_delegation4 Delegations::told_or_recalled(const Ref<Delegation>& given) {
  const bool stays = room(given->client(), given->type(), 0);
  if (!stays) begin_recall(given);
  return told(*given, !stays);
}

// --- not giving --------------------------------------------------------------------------------------------

// There are too many: who has most is asked to give half of them back, once a second at most.
void Delegations::relieve() {
  {
    const Nanos now = state_.now();
    std::lock_guard lock(mutex_);
    if (relieved_ != 0 && now - relieved_ < kSecond) return;
    relieved_ = std::max<Nanos>(now, 1);
  }
  Ref<Client> most;
  size_t has = 0;
  for (const Ref<Client>& c : state_.clients.all()) {
    if (c->facet == Facet::v40 || !Callbacks::available(*c)) continue;
    std::lock_guard lock(c->mutex);
    if (c->delegations.size() <= has) continue;
    has = c->delegations.size();
    most = c;
  }
  if (most) recall_any(state_.callbacks, most, static_cast<u32>(has / 2));
}

void Delegations::bar(const state::FileKey& file) {
  const Nanos now = state_.now();
  std::lock_guard lock(mutex_);
  if (barred_.size() >= kMostBarred) std::erase_if(barred_, [&](auto& b) { return b.second <= now; });
  if (barred_.size() < kMostBarred) barred_[file] = now + kCalm;
}

bool Delegations::barred(const state::FileKey& file) {
  std::lock_guard lock(mutex_);
  auto it = barred_.find(file);
  if (it == barred_.end()) return false;
  if (it->second > state_.now()) return true;
  barred_.erase(it);
  return false;
}

}  // namespace dfs::nfs4
