#pragma once

#include "protocols/nfs4/state/io_use.h"
#include "protocols/nfs4/state/stateid.h"

namespace dfs::nfs4 {

// What an operation does with a file's bytes.
enum class IoKind : u8 {
  read,
  write,   // and whatever changes the size
  advise,  // nothing: it says what is going to be done
};

// Whether the stateid lets the operation at these bytes of a file, the current one or the saved one: NFS4_OK,
// OPENMODE, LOCKED, or what is wrong with the stateid (RFC 7530 9.1.4.5 and 9.1.6, RFC 8881 8.2.4, 9.1.2).
// READ, WRITE, SETATTR of the size and all of RFC 7862's operations on data ask here.
nfsstat4 for_io(Compound& c, const Current& at, const stateid4& id, IoKind kind, const state::Range& bytes,
                IoUse* use);

// The bytes of an offset and a length; those that reach beyond 2^64 - 1 end there.
state::Range bytes_of(u64 offset, u64 length);

// INVAL in RFC 7530 (16.23.4, 16.36.5) is SYMLINK or WRONG_TYPE in RFC 8881 (18.22.3, 18.32.4).
nfsstat4 data_status(const Compound& c, fs::FsError e);
// The same of operations that do no more than look at the file: NFS4_OK for a regular one.
nfsstat4 regular_status(const Compound& c, const fs::AttrResult& file);

}  // namespace dfs::nfs4
