#include "engine/fs/promises.h"

#include "engine/fs/file_system.h"

namespace dfs::fs {

void Telling::entry(EntryChange::Kind kind, const Change& dir, std::string_view name,
                    std::string_view new_name, const Inode& node) const {
  promises_->entry_changed(files_, {kind, dir, name, new_name, {node.id, node.generation}, by_});
}

// What it was before is not known.
void Telling::after(const Inode& node) const {
  Change c;
  c.after = node;
  promises_->object_changed(files_, c, by_);
}

void Telling::changed(const Change& object) const {
  if (promises_ == nullptr || !object.known || object.before.change == object.after.change) return;
  promises_->object_changed(files_, object, by_);
}

void Telling::created(std::string_view name, const CreateResult& r) const {
  if (promises_ == nullptr) return;
  if (r.created)
    entry(EntryChange::Kind::added, r.dir, name, {}, r.node);
  else if ((r.applied & kSetSize) != 0)
    after(r.node);
}

void Telling::linked(std::string_view name, const LinkResult& r) const {
  if (promises_ == nullptr) return;
  entry(EntryChange::Kind::added, r.dir, name, {}, r.node);
  after(r.node);  // it has another name
}

void Telling::removed(std::string_view name, const RemoveResult& r) const {
  if (promises_ == nullptr) return;
  entry(EntryChange::Kind::removed, r.dir, name, {}, r.node);
  if (r.node.nlink == 0)
    promises_->object_gone(files_, r.node.id);
  else
    after(r.node);
}

void Telling::renamed(std::string_view name, std::string_view new_name, const RenameResult& r) const {
  // Two names of one object: nothing was done.
  if (promises_ == nullptr || r.from_dir.before.change == r.from_dir.after.change) return;
  if (r.from_dir.after.id == r.to_dir.after.id) {
    entry(EntryChange::Kind::renamed, r.from_dir, name, new_name, r.node);
  } else {
    entry(EntryChange::Kind::removed, r.from_dir, name, {}, r.node);
    entry(EntryChange::Kind::added, r.to_dir, new_name, {}, r.node);
  }
  after(r.node);
  if (!r.replaced) return;
  if (r.replaced->nlink == 0)
    promises_->object_gone(files_, r.replaced->id);
  else
    after(*r.replaced);
}

}  // namespace dfs::fs
