#include "protocols/nfs4/attrs/owners.h"

#include <fmt/format.h>
#include <strings.h>

#include <charconv>

#include "protocols/nfs4/attrs/domain_name.h"
#include "protocols/nfs4/names.h"

namespace dfs::nfs4 {
namespace {

// RFC 7530 5.9: digits without leading zeros. (u32)-1 is no id anywhere: chown() leaves the owner as it is
// with it.
bool parse_digits(std::string_view text, u32* id) {
  if (text.size() > 1 && text[0] == '0') return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *id);
  return error == std::errc() && end == text.data() + text.size() && *id != UINT32_MAX;
}

bool same_domain(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string Owners::parse(std::string_view text, std::vector<Name>* out) {
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    const size_t equals = word.find('=');
    u32 id;
    if (equals == word.npos || equals == 0 || !parse_digits(word.substr(equals + 1), &id))
      return fmt::format("\"{}\" is not name=id", word);
    out->push_back({std::string(word.substr(0, equals)), id});
  }
  return {};
}

nfsstat4 Owners::find(const std::vector<Name>& names, std::string_view who, u32* id) const {
  if (who.empty() || !is_utf8(who)) return NFS4ERR_INVAL;
  if (parse_digits(who, id)) return NFS4_OK;
  if (const size_t at = who.find('@'); at != who.npos) {
    const std::string_view theirs = who.substr(at + 1);
    if (!theirs.empty() && !is_domain_name(theirs)) return NFS4ERR_INVAL;
    if (!same_domain(theirs, domain)) return NFS4ERR_BADOWNER;
    who = who.substr(0, at);
  }
  for (const Name& n : names) {
    if (n.name != who) continue;
    *id = n.id;
    return NFS4_OK;
  }
  return NFS4ERR_BADOWNER;
}

}  // namespace dfs::nfs4
