#pragma once

#include "engine/loop/task.h"
#include "protocols/nfs4/nfs4.h"

namespace dfs::nfs4 {

struct Compound;

// What ops.def says of an operation; see there.
enum OpFlags : u32 {
  kFh = 1,
  kSaved = 2,
  kFirst = 4,
  kAlone = 8,
  kChanges = 16,
  kOwnSeqid = 32,
  kOnly = 64,
  kLooks = 128
};

constexpr u32 kMaxMinor = 2;

struct OpRow {
  nfs_opnum4 number;
  const char* name;
  u8 first_minor, last_minor;
  u32 flags;
  u32 largest_reply;

  // Reads the arguments from c.call.args into the call's arena; null: they could not be decoded.
  const void* (*decode)(Compound& c);
  // Carries the operation out. The result lies in the call's arena and begins with its nfsstat4.
  Async<const void*> (*serve)(Compound& c, const void* args);
  // A result with that status and nothing else, in the call's arena.
  const void* (*refuse)(Compound& c, nfsstat4 status);
};

// The row of an operation, or null where the minor version has none of that number. Of 4.0's operations that
// later ones must not have, the number is still taken.
const OpRow* find_op(u32 number, u32 minor);
// All rows, by number.
std::span<const OpRow> all_ops();

}  // namespace dfs::nfs4
