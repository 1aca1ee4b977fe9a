#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/arena.h"
#include "engine/base/fuzz/target.h"
#include "engine/wire/desc.h"
#include "engine/wire/field_map.h"

// ONC RPC calls made by the tables of the descriptions: any procedure, any arguments, and lies about them.
namespace dfs::fuzz {

// A call message without its record mark.
struct CallHeader {
  u32 xid = 1;
  u32 program = 0, version = 0, procedure = 0;
  u32 uid = 0, gid = 0;  // AUTH_SYS
};
std::string call_message(const CallHeader& header, std::string_view arguments);

// The header of a message that is a call with a credential and a verifier; *arguments: where they begin.
std::optional<CallHeader> parse_call(std::string_view message, size_t* arguments);

const wire::ProcDesc* find_procedure(u32 program, u32 version, u32 procedure);
// Of the programs behind the NFS port, or behind portmap's.
std::vector<const wire::ProcDesc*> procedures(bool portmap);

// Random arguments; wherever the description has a file handle, a name, or a thing of NFSv4's that a server
// must have given out, one of these is likely to stand.
struct Known {
  std::vector<std::string> handles;
  std::vector<std::string> names;
  // NFSv4: as they are in memory.
  std::vector<std::string> clients, sessions, stateids;
};
void plant(const wire::TypeDesc& type, void* value, const Known& known, Arena& arena, Sequence& random);
std::string random_arguments(const wire::ProcDesc& procedure, const Known& known, u64 seed);

// The message with one field of its arguments (a length, an offset, an enumeration) replaced by a number that
// is often wrong; the same message when its arguments cannot be decoded.
std::string with_a_lie(const std::string& message, u64 seed);

// A record of RFC 5531 section 11, in one fragment or in several.
std::string as_record(std::string_view message, u32 fragments = 1);

}  // namespace dfs::fuzz
