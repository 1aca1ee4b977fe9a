#pragma once

#include <string>
#include <string_view>

#include "protocols/nfs4/state/client.h"

namespace dfs::nfs4 {

// What a persistent session has on stable storage (RFC 8881 2.10.6.5): rows of
// fs::MetadataView::Table::session, whose keys are in engine/fs/session_rows.h.

// Whose session it is, and what it was granted that a retry is held to.
struct SavedSession {
  u32 minor = 0;
  u32 max_response = 0, max_response_cached = 0, max_requests = 0;
  u32 lease = 0;  // seconds, as the client was told
  Principal principal;
  verifier4 verifier{};
  std::string owner;  // co_ownerid
};

// The reply of a slot's last request that changed something, as far as its changes had got: the results up to
// the last of them, and what the operations behind it go on from.
struct SavedReply {
  u32 sequence = 0;
  u64 digest = 0;     // of the request
  bool kept = false;  // it asked for its reply to be remembered
  u32 count = 0;      // of results
  std::string results;
  std::string current, saved;  // filehandles; empty: there is none
};

// Rows are XDR with a version in front. False: written by a later version, or no such row.
std::string encode(const SavedSession& s);
bool decode(std::string_view row, SavedSession* s);
std::string encode(const SavedReply& r);
bool decode(std::string_view row, SavedReply* r);

}  // namespace dfs::nfs4
