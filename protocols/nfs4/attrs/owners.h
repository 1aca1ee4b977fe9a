#pragma once

#include <string>
#include <vector>

#include "protocols/nfs4/nfs4.h"

namespace dfs::nfs4 {

// Owners and groups on the wire (RFC 8881 5.9, RFC 7530 5.9): "1000", or "name" or "name@domain" of a table.
// What is sent is digits, which every client of AUTH_SYS understands. Fixed once serving starts.
class Owners {
 public:
  struct Name {
    std::string name;
    u32 id;
  };
  std::string domain;
  std::vector<Name> users, groups;

  // "root=0 nobody=65534" as a table; says what is wrong with it, or nothing.
  static std::string parse(std::string_view text, std::vector<Name>* out);

  // NFS4_OK and the id; INVAL for what is no name at all, BADOWNER for one that nobody has.
  nfsstat4 user(const Text& who, u32* id) const { return find(users, who.view(), id); }
  nfsstat4 group(const Text& who, u32* id) const { return find(groups, who.view(), id); }

 private:
  nfsstat4 find(const std::vector<Name>& names, std::string_view who, u32* id) const;
};

}  // namespace dfs::nfs4
