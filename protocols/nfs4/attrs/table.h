#pragma once

#include <span>

#include "engine/fs/file_system.h"
#include "protocols/nfs4/attrs/attr_set.h"

namespace dfs::nfs4 {

class AttrOut;
struct AttrSource;
struct AttrTaking;

enum class AttrScope : u8 { server, file_system, object };
// What table.def says of an attribute; see there.
enum AttrFlags : u32 { kStat = 1, kAcl = 2, kNew = 4, kOld = 8, kMode = 16 };

struct AttrRow {
  u32 number;
  const char* name;
  u8 first_minor;
  AttrScope scope;
  u32 flags;
  // Writes the value; null: it can only be set.
  void (*put)(AttrOut& out, const AttrSource& from);
  // Reads a value to be set: NFS4_OK, BADXDR, or what is wrong with it; null: it can only be asked for.
  nfsstat4 (*take)(AttrTaking& to);
  // Passes over a value; false: it is none.
  bool (*skip)(wire::Reader& r);
};

// The row of an attribute, or null where this server has none.
const AttrRow* find_attr(u32 number);
std::span<const AttrRow> all_attrs();

// By minor version: what supported_attrs says, and of that what can be asked for and set.
const AttrSet& supported_attrs(u32 minor);
const AttrSet& readable_attrs(u32 minor);
const AttrSet& writable_attrs(u32 minor);
// Attributes of any minor version with one of these flags.
AttrSet attrs_with(u32 flags);

}  // namespace dfs::nfs4
