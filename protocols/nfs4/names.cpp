#include "protocols/nfs4/names.h"

#include "engine/fs/names.h"
#include "engine/fs/types.h"

namespace dfs::nfs4 {
namespace {

// Bytes of the sequence a lead byte begins; 0: it begins none.
u32 sequence_length(u8 lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

// The range of the second byte keeps overlong forms, surrogates and what is too large out.
bool second_fits(u8 lead, u8 second) {
  switch (lead) {
    case 0xe0:
      return second >= 0xa0 && second <= 0xbf;
    case 0xed:
      return second >= 0x80 && second <= 0x9f;
    case 0xf0:
      return second >= 0x90 && second <= 0xbf;
    case 0xf4:
      return second >= 0x80 && second <= 0x8f;
    default:
      return second >= 0x80 && second <= 0xbf;
  }
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<u8>(text[i]);
    const u32 length = sequence_length(lead);
    if (length == 0 || text.size() - i < length) return false;
    if (length > 1 && !second_fits(lead, static_cast<u8>(text[i + 1]))) return false;
    for (u32 k = 2; k < length; ++k)
      if ((static_cast<u8>(text[i + k]) & 0xc0) != 0x80) return false;
    i += length;
  }
  return true;
}

nfsstat4 check_component(const component4& name) {
  const std::string_view n = name.view();
  if (n.empty() || !is_utf8(n)) return NFS4ERR_INVAL;
  switch (fs::check_new_name(n)) {
    case fs::FsError::ok:
      return NFS4_OK;
    case fs::FsError::name_too_long:
      return NFS4ERR_NAMETOOLONG;
    case fs::FsError::dot_name:
      return NFS4ERR_BADNAME;
    default:
      return NFS4ERR_BADCHAR;
  }
}

}  // namespace dfs::nfs4
