#pragma once

#include <memory>
#include <optional>

#include "engine/fs/types.h"
#include "engine/loop/task.h"

namespace dfs::fs {

class FileSystem;

// What somebody is about to do to an object.
enum class Touch : u8 {
  look,          // at its attributes
  read,          // its data
  write,         // its data, its size too
  change,        // its other attributes, its names
  unlink,        // it loses a name
  add_entry,     // to a directory: it gets another entry,
  remove_entry,  // loses one,
  rename_entry,  // or one has another name in it
};

// Who did something: the number by which the protocol that makes promises knows its client; 0: nobody of its.
using Doer = u64;

// What has happened to the entries of a directory.
struct EntryChange {
  enum class Kind : u8 { added, removed, renamed };
  Kind kind;
  const Change& dir;
  std::string_view name;      // of the entry; renamed: the one it had
  std::string_view new_name;  // renamed: the one it has, in the same directory
  NodeRef node;               // what the entry stands for
  Doer by;
};

// Promises that a protocol has made to its clients about objects, to be kept by every protocol: to tell them
// before something happens to an object that they have in their caches, or after it.
class Promises {
 public:
  virtual ~Promises() = default;
  // False: there are none at all.
  virtual bool any() const = 0;

  // As long as it is there nobody is promised anything new about the object.
  class Held {
   public:
    virtual ~Held() = default;
  };
  struct Clear {
    // Whoever was promised to be told has been, and has agreed. False: not yet, to be asked again later.
    bool clear = false;
    std::unique_ptr<Held> held;  // while the change is carried out
  };
  virtual Async<Clear> clear(const FileSystem& file_system, FileId object, Touch what) = 0;

  // What has been carried out. Any thread; nobody is waited for.
  virtual void entry_changed(const FileSystem& file_system, const EntryChange& what) = 0;
  // Data or attributes of an object, a directory too, are not what they were. Only `after` is looked at where
  // the change is not known.
  virtual void object_changed(const FileSystem& file_system, const Change& object, Doer by) = 0;
  // The object is no more.
  virtual void object_gone(const FileSystem& file_system, FileId object) = 0;
};

struct CreateResult;
struct RemoveResult;
struct RenameResult;
struct LinkResult;

// Tells whoever was promised it what a call of a file system that succeeded has changed.
class Telling {
 public:
  Telling(Promises* promises, const FileSystem& files, Doer by)
      : promises_(promises != nullptr && promises->any() ? promises : nullptr), files_(files), by_(by) {}

  void changed(const Change& object) const;
  void created(std::string_view name, const CreateResult& r) const;
  void linked(std::string_view name, const LinkResult& r) const;
  void removed(std::string_view name, const RemoveResult& r) const;
  void renamed(std::string_view name, std::string_view new_name, const RenameResult& r) const;

 private:
  void entry(EntryChange::Kind kind, const Change& dir, std::string_view name, std::string_view new_name,
             const Inode& node) const;
  void after(const Inode& node) const;

  Promises* promises_;  // null: there is nobody to tell
  const FileSystem& files_;
  Doer by_;
};

}  // namespace dfs::fs
