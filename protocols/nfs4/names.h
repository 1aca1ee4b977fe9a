#pragma once

#include "protocols/nfs4/nfs4.h"

namespace dfs::nfs4 {

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// Whether a component can be the name of an entry (RFC 8881 14.5 and 15.1.7, RFC 7530 12.7): INVAL when it is
// empty or no UTF-8, NAMETOOLONG, BADCHAR with a NUL or a slash inside, BADNAME for "." and "..", which NFSv4
// has no use for (LOOKUPP).
nfsstat4 check_component(const component4& name);

}  // namespace dfs::nfs4
