#pragma once

#include <string_view>

namespace dfs::nfs4 {

// Whether the text may be the domain of an owner (RFC 7530 12.6, RFC 8881 14.4): labels of letters, digits
// and hyphens inside, or of characters beyond ASCII; what begins with "xn--" is Punycode (RFC 3492, RFC
// 5890 2.3).
bool is_domain_name(std::string_view text);

}  // namespace dfs::nfs4
