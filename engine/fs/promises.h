#pragma once

#include "engine/fs/types.h"
#include "engine/loop/task.h"

namespace dfs::fs {

class FileSystem;

// What somebody is about to do to a file.
enum class Touch : u8 {
  look,    // at its attributes
  read,    // its data
  write,   // its data, its size too
  change,  // its other attributes, its names
};

// Promises that a protocol has made to its clients about files, to be kept by every protocol: to tell them
// before something happens to a file that they have in their caches.
class Promises {
 public:
  virtual ~Promises() = default;
  // False: there are none at all.
  virtual bool any() const = 0;
  // Whoever was promised to be told has been, and has agreed. False: not yet, to be asked again later.
  virtual Async<bool> clear(const FileSystem& file_system, FileId file, Touch what) = 0;
};

}  // namespace dfs::fs
