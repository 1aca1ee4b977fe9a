#pragma once

#include "protocols/nfs4/attrs/encode.h"

namespace dfs::nfs4 {

// The entries of one READDIR reply, within what the client allows (RFC 8881 18.23.3): maxcount bytes of
// READDIR4resok, and dircount of names and cookies, which is a hint and never keeps the first entry out.
class Listing {
 public:
  // TOOSMALL when not even an empty list fits.
  nfsstat4 open(Compound& c, const READDIR4args& a);

  // False: it does not fit, and the list is at its end.
  bool add(std::string_view name, nfs_cookie4 cookie, const AttrSource& from);
  // An entry whose attributes could not be read: only rdattr_error, which has to be among those asked for.
  bool add_failed(std::string_view name, nfs_cookie4 cookie, nfsstat4 why);

  const AttrSet& wanted() const { return wanted_; }
  // Whether an entry with a name of so many bytes and no attributes would fit behind `bytes` of others.
  bool could_hold(u64 bytes) const { return bytes <= room_; }
  static u64 least(std::string_view name) { return kEntry + wire::padded(name.size()); }

  // When there are entries and not one fits: TOOSMALL, or what the session's limits say.
  nfsstat4 status(bool complete) const;
  dirlist4 reply(bool complete) const { return {{entries_, size_}, complete}; }

 private:
  bool append(std::string_view name, nfs_cookie4 cookie, const bitmap4& mask);

  // XDR of READDIR4resok without entries: cookieverf, the list's end, eof.
  static constexpr u64 kFixed = 8 + 4 + 4;
  // Of an entry without its name's bytes, bitmap words and values: that it is there, cookie, three lengths.
  static constexpr u64 kEntry = 4 + 8 + 4 + 4 + 4;

  Compound* c_ = nullptr;
  AttrSet wanted_;
  bitmap4 mask_{};  // of wanted_, as far as there are such attributes
  std::optional<AttrOut> out_;
  u64 room_ = 0, dir_room_ = 0;
  nfsstat4 too_small_ = NFS4ERR_TOOSMALL;
  entry4* entries_ = nullptr;
  u32 size_ = 0, capacity_ = 0;
};

// The verifier of a directory's cookies. They stay good whatever happens to the directory, so it only changes
// when other exports than before are seen in it.
verifier4 cookie_verifier(const Compound& c, const Place& dir);

// Where the cookies of entries begin that are exports, in a directory that has no such entry itself.
constexpr nfs_cookie4 kExportCookie = nfs_cookie4{1} << 62;

}  // namespace dfs::nfs4
