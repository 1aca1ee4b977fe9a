#include "protocols/nfs4/state/session.h"

#include <algorithm>

#include "engine/fs/session_rows.h"
#include "engine/wire/codec.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {

// --- channels ----------------------------------------------------------------------------------------------

namespace {

// A SEQUENCE with AUTH_SYS credentials of the usual size, and its reply.
constexpr u32 kLeastRequest = 192, kLeastResponse = 96;
constexpr u32 kMostCached = 16u << 10;  // bytes of one slot's reply
constexpr u32 kMostSlots = 128;
// What stands around the data of a READ or WRITE: RPC header, credential, the other operations.
constexpr u32 kAround = 16u << 10;

}  // namespace

nfsstat4 negotiate_fore(const channel_attrs4& asked, u32 io_size, u32 operations, ChannelAttrs* granted) {
  if (asked.ca_maxrequests == 0) return NFS4ERR_INVAL;
  if (asked.ca_maxrequestsize < kLeastRequest || asked.ca_maxresponsesize < kLeastResponse ||
      asked.ca_maxoperations == 0)
    return NFS4ERR_TOOSMALL;
  granted->max_request = std::min(asked.ca_maxrequestsize, io_size + kAround);
  granted->max_response = std::min(asked.ca_maxresponsesize, io_size + kAround);
  granted->max_response_cached =
      std::min({asked.ca_maxresponsesize_cached, granted->max_response, kMostCached});
  granted->max_operations = std::min(asked.ca_maxoperations, operations);
  granted->max_requests = std::min(asked.ca_maxrequests, kMostSlots);
  return NFS4_OK;
}

nfsstat4 negotiate_back(const channel_attrs4& asked, ChannelAttrs* granted) {
  // CB_SEQUENCE and what it is sent for.
  if (asked.ca_maxrequests == 0) return NFS4ERR_INVAL;
  if (asked.ca_maxrequestsize < kLeastRequest || asked.ca_maxresponsesize < kLeastResponse ||
      asked.ca_maxoperations < 2)
    return NFS4ERR_TOOSMALL;
  granted->max_request = std::min(asked.ca_maxrequestsize, kAround);
  granted->max_response = std::min(asked.ca_maxresponsesize, kAround);
  granted->max_response_cached = std::min(asked.ca_maxresponsesize_cached, granted->max_response);
  // "For the backchannel, the server MUST NOT change" what the client offers of these two.
  granted->max_operations = asked.ca_maxoperations;
  granted->max_requests = asked.ca_maxrequests;
  return NFS4_OK;
}

channel_attrs4 to_wire(const ChannelAttrs& a) {
  channel_attrs4 w{};
  w.ca_maxrequestsize = a.max_request;
  w.ca_maxresponsesize = a.max_response;
  w.ca_maxresponsesize_cached = a.max_response_cached;
  w.ca_maxoperations = a.max_operations;
  w.ca_maxrequests = a.max_requests;
  return w;
}

// --- slots -------------------------------------------------------------------------------------------------

Session::Session(State& state, Ref<Client> c, u32 minor, const ChannelAttrs& f, const ChannelAttrs& b,
                 u32 cb_program, CallbackSecurity security)
    : client(std::move(c)),
      minor(minor),
      fore(f),
      back(b),
      back_channel(b.max_requests),
      state_(state),
      slots_(std::make_unique<Slot[]>(f.max_requests)),
      cb_program_(cb_program),
      cb_security_(std::move(security)) {
  for (u32 i = 0; i < f.max_requests; ++i) slots_[i].session_ = this;
}

fault::Context Session::fault_context() const {
  return {.client = client->id.value, .session = {reinterpret_cast<const char*>(id.data()), id.size()}};
}

Session::Begun Session::begin(const SEQUENCE4args& a, u64 digest, Slot** out) {
  fault::Registry& faults = state_.server.faults;
  if (faults.armed(fault::Point::nfs4_slot_lookup)) [[unlikely]] {
    const auto action = faults.check(fault::Point::nfs4_slot_lookup, fault_context());
    if (action && action->kind == fault::ActionKind::fail) return {static_cast<nfsstat4>(action->number)};
  }
  if (a.sa_slotid.value >= fore.max_requests) return {NFS4ERR_BADSLOT};
  std::lock_guard lock(mutex_);
  if (dead_) return {NFS4ERR_BADSESSION};
  Slot& slot = slots_[a.sa_slotid.value];
  if (slot.used_ && a.sa_sequenceid == slot.sequence_) {
    // RFC 8881 2.10.6.2: the reply is not there yet.
    if (slot.busy_) return {NFS4ERR_DELAY};
    if (slot.digest_ != digest) return {NFS4ERR_SEQ_FALSE_RETRY};
    Begun again{NFS4_OK, true, slot.cached_, {}};
    if (slot.cached_) again.reply.push_back(Slice::copy_of(slot.reply_.get(), slot.size_));
    return again;
  }
  if (slot.busy_ || a.sa_sequenceid != slot.sequence_ + 1) return {NFS4ERR_SEQ_MISORDERED};
  slot.sequence_ = a.sa_sequenceid;
  slot.used_ = slot.busy_ = true;
  slot.cached_ = false;
  slot.digest_ = digest;
  slot.reply_.reset();
  slot.size_ = 0;
  ++busy_;
  ref();  // until Slot::ended
  *out = &slot;
  return {};
}

void Slot::ended(Compound& c, const SliceList& body) {
  Ref<Session> session = Ref<Session>::adopt(session_);
  const u64 size = total_size(body);
  // What the client asked to have remembered was kept within what may be; a reply of SEQUENCE alone always is
  // (RFC 8881 2.10.6.1.3).
  fault::Registry& faults = c.server.faults;
  const bool forgets = faults.armed(fault::Point::nfs4_slot_store) &&
                       faults.check(fault::Point::nfs4_slot_store, session->fault_context());
  const bool keep = (c.cached || c.result_count <= 1) && size <= UINT32_MAX && !forgets;
  std::unique_ptr<u8[]> copy;
  if (keep) {
    copy.reset(new u8[size]);
    u8* p = copy.get();
    for (const Slice& s : body) {
      std::memcpy(p, s.data(), s.size());
      p += s.size();
    }
  }
  std::lock_guard lock(session->mutex_);
  busy_ = false;
  --session->busy_;
  if (size == 0) {
    // Given up without a reply: what the client sends again is carried out.
    --sequence_;
    used_ = false;
    return;
  }
  cached_ = keep;
  size_ = keep ? static_cast<u32>(size) : 0;
  reply_ = std::move(copy);
}

fs::FsError Slot::put_down(fs::MetadataTxn& txn, Compound& c, const nfs_resop4& result) {
  using Table = fs::MetadataView::Table;
  const std::string_view session{reinterpret_cast<const char*>(session_->id.data()), session_->id.size()};
  // It may have ended meanwhile; then there is nobody left who asks.
  if (const auto row = txn.row(Table::session, session); !row)
    return row.error() == fs::FsError::not_found ? fs::FsError::ok : row.error();
  auto handle = [&](const Place& p) { return p ? std::string(handle_of(c, p).view()) : std::string(); };
  // While the slot is busy nobody but its request changes these two.
  SavedReply reply{
      sequence_, digest_, c.cached, c.result_count + 1, {}, handle(c.current.place), handle(c.saved.place)};
  if (reply.kept) {
    SliceList bytes;
    BlockCursor cursor(1024);
    {
      wire::Writer w(bytes, cursor);
      for (u32 i = 0; i < c.result_count; ++i) encode(w, c.results[i]);
      encode(w, result);
    }
    reply.results = flatten(bytes);
  }
  const auto slot = static_cast<u32>(this - session_->slots_.get());
  txn.put_row(Table::session, fs::reply_key(session, slot), encode(reply));
  return fs::FsError::ok;
}

u32 Session::last_on(u32 slot) const {
  std::lock_guard lock(mutex_);
  return slot < fore.max_requests ? slots_[slot].sequence_ : 0;
}

bool Session::close(const Session* mine) {
  std::lock_guard lock(mutex_);
  if (busy_ > (mine == this ? 1u : 0u)) return false;
  dead_ = true;
  return true;
}

void Session::kill() {
  std::lock_guard lock(mutex_);
  dead_ = true;
}

// --- connections -------------------------------------------------------------------------------------------

void Session::bind(u64 connection, u8 directions) {
  if (directions == kFore && last_connection_.load(std::memory_order_relaxed) == connection) return;
  std::lock_guard lock(mutex_);
  auto it = std::find_if(connections_.begin(), connections_.end(),
                         [&](const Connection& c) { return c.id == connection; });
  if (it != connections_.end()) {
    it->directions |= directions;
  } else {
    if (connections_.size() == kMaxConnections) connections_.erase(connections_.begin());
    connections_.push_back({connection, directions});
  }
  if ((directions & kFore) != 0) last_connection_.store(connection, std::memory_order_relaxed);
  if ((directions & kBack) != 0) back_wanted_ = true;
  decide_flags_locked();
}

bool Session::has_back_locked() const {
  return std::any_of(connections_.begin(), connections_.end(),
                     [](const Connection& c) { return (c.directions & kBack) != 0; });
}

void Session::decide_flags_locked() {
  sequence_flags_.store(back_wanted_ && !has_back_locked() ? SEQ4_STATUS_CB_PATH_DOWN_SESSION : 0,
                        std::memory_order_relaxed);
}

u64 Session::back_connection() const {
  std::lock_guard lock(mutex_);
  if (dead_ || !cb_security_.any) return 0;
  // The one bound last is the likeliest to be there.
  for (auto it = connections_.rbegin(); it != connections_.rend(); ++it)
    if ((it->directions & kBack) != 0) return it->id;
  return 0;
}

void Session::unbind_back(u64 connection) {
  std::lock_guard lock(mutex_);
  for (Connection& c : connections_)
    if (c.id == connection) c.directions &= static_cast<u8>(~kBack);
  decide_flags_locked();
}

CallbackPath Session::callback_path() const {
  std::lock_guard lock(mutex_);
  if (!back_wanted_ || !cb_security_.any) return CallbackPath::unknown;
  if (!has_back_locked()) return CallbackPath::down;
  return callback_fault.load() ? CallbackPath::fault : CallbackPath::up;
}

bool Session::bound(u64 connection) const {
  std::lock_guard lock(mutex_);
  return std::any_of(connections_.begin(), connections_.end(),
                     [&](const Connection& c) { return c.id == connection; });
}

u8 Session::directions_of(u64 connection) const {
  std::lock_guard lock(mutex_);
  for (const Connection& c : connections_)
    if (c.id == connection) return c.directions;
  return 0;
}

void Session::set_callback(u32 program, CallbackSecurity security) {
  std::lock_guard lock(mutex_);
  cb_program_ = program;
  cb_security_ = std::move(security);
}

CallbackSecurity Session::callback_security() const {
  std::lock_guard lock(mutex_);
  return cb_security_;
}

// --- looking at it -----------------------------------------------------------------------------------------

std::vector<Session::SlotView> Session::slots() const {
  std::vector<SlotView> out;
  std::lock_guard lock(mutex_);
  for (u32 i = 0; i < fore.max_requests; ++i) {
    const Slot& s = slots_[i];
    out.push_back({s.sequence_, s.used_, s.busy_, s.cached_, s.size_});
  }
  return out;
}

std::vector<Session::Connection> Session::connections() const {
  std::lock_guard lock(mutex_);
  return connections_;
}

u32 Session::callback_program() const {
  std::lock_guard lock(mutex_);
  return cb_program_;
}

}  // namespace dfs::nfs4
