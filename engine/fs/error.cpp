#include "engine/fs/error.h"

namespace dfs::fs {

const char* name(FsError e) {
  switch (e) {
    case FsError::ok:
      return "ok";
    case FsError::perm:
      return "perm";
    case FsError::access:
      return "access";
    case FsError::not_found:
      return "not_found";
    case FsError::exists:
      return "exists";
    case FsError::not_directory:
      return "not_directory";
    case FsError::is_directory:
      return "is_directory";
    case FsError::not_empty:
      return "not_empty";
    case FsError::symlink:
      return "symlink";
    case FsError::wrong_type:
      return "wrong_type";
    case FsError::invalid:
      return "invalid";
    case FsError::name_too_long:
      return "name_too_long";
    case FsError::bad_name:
      return "bad_name";
    case FsError::dot_name:
      return "dot_name";
    case FsError::file_too_large:
      return "file_too_large";
    case FsError::no_space:
      return "no_space";
    case FsError::quota:
      return "quota";
    case FsError::read_only:
      return "read_only";
    case FsError::too_many_links:
      return "too_many_links";
    case FsError::cross_device:
      return "cross_device";
    case FsError::stale:
      return "stale";
    case FsError::bad_cookie:
      return "bad_cookie";
    case FsError::not_sync:
      return "not_sync";
    case FsError::not_supported:
      return "not_supported";
    case FsError::busy:
      return "busy";
    case FsError::io:
      return "io";
    case FsError::corrupt:
      return "corrupt";
    case FsError::no_such_range:
      return "no_such_range";
    case FsError::no_xattr:
      return "no_xattr";
    case FsError::xattr_too_big:
      return "xattr_too_big";
  }
  return "?";
}

}  // namespace dfs::fs
