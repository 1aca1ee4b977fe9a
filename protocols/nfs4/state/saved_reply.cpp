#include "protocols/nfs4/state/saved_reply.h"

#include "engine/wire/codec.h"

namespace dfs::nfs4 {
namespace {

constexpr u32 kVersion = 1;
constexpr u32 kMost = 1u << 30;  // bytes of a field: whatever the row has

void put(wire::Writer& w, std::string_view s) {
  w.opaque({reinterpret_cast<const u8*>(s.data()), static_cast<u32>(s.size())});
}

template <class F>
std::string written(F&& fill) {
  SliceList out;
  BlockCursor cursor(1024);
  {
    wire::Writer w(out, cursor);
    w.u32(kVersion);
    fill(w);
  }
  return flatten(out);
}

class Row {
 public:
  explicit Row(std::string_view row) : r_(reinterpret_cast<const u8*>(row.data()), row.size(), arena_) {
    u32 version = 0;
    good_ = r_.u32(version) && version == kVersion;
  }
  void get(u32& v) { good_ = good_ && r_.u32(v); }
  void get(u64& v) { good_ = good_ && r_.u64(v); }
  void get(bool& v) { good_ = good_ && r_.boolean(v); }
  void get(std::string& s) {
    Bytes b{};
    good_ = good_ && r_.opaque(b, kMost);
    if (good_) s = std::string(b.view());
  }
  bool all() { return good_ && r_.finish(); }

 private:
  Arena arena_;
  wire::Reader r_;
  bool good_;
};

}  // namespace

std::string encode(const SavedSession& s) {
  return written([&](wire::Writer& w) {
    for (u32 v : {s.minor, s.max_response, s.max_response_cached, s.max_requests, s.lease,
                  static_cast<u32>(s.principal.flavor), s.principal.uid})
      w.u32(v);
    put(w, {reinterpret_cast<const char*>(s.verifier.data()), s.verifier.size()});
    put(w, s.owner);
  });
}

bool decode(std::string_view row, SavedSession* s) {
  Row r(row);
  u32 flavor = 0;
  std::string verifier;
  for (u32* v : {&s->minor, &s->max_response, &s->max_response_cached, &s->max_requests, &s->lease, &flavor,
                 &s->principal.uid})
    r.get(*v);
  r.get(verifier);
  r.get(s->owner);
  if (!r.all() || verifier.size() != s->verifier.size()) return false;
  s->principal.flavor = static_cast<rpc::Flavor>(flavor);
  std::memcpy(s->verifier.data(), verifier.data(), verifier.size());
  return true;
}

std::string encode(const SavedReply& s) {
  return written([&](wire::Writer& w) {
    w.u32(s.sequence);
    w.u64(s.digest);
    w.boolean(s.kept);
    w.u32(s.count);
    put(w, s.results);
    put(w, s.current);
    put(w, s.saved);
  });
}

bool decode(std::string_view row, SavedReply* s) {
  Row r(row);
  r.get(s->sequence);
  r.get(s->digest);
  r.get(s->kept);
  r.get(s->count);
  r.get(s->results);
  r.get(s->current);
  r.get(s->saved);
  return r.all() && s->count > 0;
}

}  // namespace dfs::nfs4
