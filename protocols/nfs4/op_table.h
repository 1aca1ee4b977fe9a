#pragma once

#include "engine/loop/task.h"
#include "protocols/nfs4/nfs4.h"

namespace dfs::nfs4 {

struct Compound;

// What ops.def says of an operation; see there.
enum OpFlags : u32 { kFh = 1, kSaved = 2, kFirst = 4, kAlone = 8, kChanges = 16, kOwnSeqid = 32 };

constexpr u32 kMaxMinor = 2;

struct OpRow {
  nfs_opnum4 number;
  const char* name;
  u8 first_minor, last_minor;
  u32 flags;
  u32 largest_reply;  // 0: depends on the arguments

  // Decodes the arguments from c.call.args and carries the operation out. The result lies in the call's arena
  // and begins with its nfsstat4; null: the arguments could not be decoded.
  Async<const void*> (*serve)(Compound& c);
  // A result with that status and nothing else, in the call's arena.
  const void* (*refuse)(Compound& c, nfsstat4 status);
};

// The row of an operation, or null where no minor version has one of that number.
const OpRow* find_op(u32 number);
// All rows, by number.
std::span<const OpRow> all_ops();

}  // namespace dfs::nfs4
