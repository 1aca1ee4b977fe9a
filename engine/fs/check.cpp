#include "engine/fs/check.h"

#include <fmt/format.h>

#include <set>
#include <unordered_map>

#include "engine/fs/acl_row.h"
#include "engine/fs/file_system_impl.h"
#include "engine/fs/names.h"
#include "engine/fs/nodes.h"
#include "engine/fs/session_rows.h"
#include "engine/fs/xattr_rows.h"

namespace dfs::fs {
namespace {

using Table = MetadataView::Table;

// One object, and what the rest of the store says of it.
struct Seen {
  Inode node;
  u64 names = 0;           // entries that name it
  u64 subdirectories = 0;  // entries in it that are directories
  u64 entries = 0;         // entries in it
  FileId named_in{};       // the directory of one of its names
  bool orphan = false;
  bool rooted = false;  // a directory from which ".." leads to the root
};

class Check {
 public:
  Check(MetadataView& view, std::vector<Finding>& findings) : view_(view), findings_(findings) {}

  void run() {
    collect();
    read_orphans();
    for (auto& [id, seen] : seen_)
      if (seen.node.type == FileType::directory) read_entries(seen);
    for (auto& [id, seen] : seen_) judge(seen);
    read_texts();
    read_acls();
    read_xattrs();
    read_server_rows();
    read_sessions();
  }
  // One of the object's paths; empty when it has none that begins at the root.
  std::string path_of(FileId id) {
    std::string path;
    for (size_t depth = 0; id != kRootId && depth <= seen_.size(); ++depth) {
      auto it = seen_.find(id);
      if (it == seen_.end() || it->second.names == 0) return {};
      FileId dir = it->second.named_in;
      FsError e =
          view_.scan(dir, 0, false, [&](std::string_view entry_name, const Dirent& entry, const Inode*) {
            if (entry.id != id) return true;
            path = "/" + std::string(entry_name) + path;
            return false;
          });
      if (e != FsError::ok) return {};
      id = dir;
    }
    if (id != kRootId) return {};
    return path.empty() ? "/" : path;
  }
  void report(Finding finding) { findings_.push_back(std::move(finding)); }
  template <class... Args>
  void damage(FileId id, fmt::format_string<Args...> text, Args&&... args) {
    report({Finding::Severity::damage, id, fmt::format(text, std::forward<Args>(args)...)});
  }

 private:
  void collect() {
    FileId last(0);
    FsError e = view_.inodes(FileId(0), [&](const Inode& node) {
      seen_.emplace(node.id, Seen{node});
      last = node.id;
      return true;
    });
    if (e != FsError::ok) damage(FileId(0), "the inodes after {} cannot be read: {}", last.value, name(e));
    if (e == FsError::ok && seen_.size() != view_.inode_count())
      damage(FileId(0), "there are {} inodes where the store counts {}", seen_.size(), view_.inode_count());
    auto root = seen_.find(kRootId);
    if (root == seen_.end() || root->second.node.type != FileType::directory)
      damage(kRootId, "there is no root directory");
    else
      root->second.rooted = true;
  }

  void read_orphans() {
    FsError e = view_.rows(Table::orphan, {}, {}, [&](std::string_view key, std::string_view) {
      FileId id = key_file(key);
      auto it = seen_.find(id);
      if (it == seen_.end())
        report({Finding::Severity::leftover, id, "an orphan is listed that does not exist"});
      else
        it->second.orphan = true;
      return true;
    });
    if (e != FsError::ok) damage(FileId(0), "the orphans cannot be read: {}", name(e));
  }

  void read_entries(Seen& dir) {
    FileId id = dir.node.id;
    Cookie last = 0;
    FsError e = view_.scan(id, 0, false, [&](std::string_view entry_name, const Dirent& entry, const Inode*) {
      ++dir.entries;
      read_entry(dir, entry_name, entry);
      if (entry.cookie < kFirstCookie || entry.cookie >= dir.node.next_cookie)
        damage(id, "the entry {} has cookie {}; the next to be given is {}", entry_name, entry.cookie,
               dir.node.next_cookie);
      if (entry.cookie <= last) damage(id, "the entry {} is out of order", entry_name);
      last = entry.cookie;
      return true;
    });
    if (e != FsError::ok) damage(id, "the entries after cookie {} cannot be read: {}", last, name(e));
  }

  void read_entry(Seen& dir, std::string_view entry_name, const Dirent& entry) {
    FileId id = dir.node.id;
    if (check_new_name(entry_name) != FsError::ok) damage(id, "an entry has the name \"{}\"", entry_name);
    auto by_name = view_.lookup(id, entry_name);
    if (!by_name || by_name->id != entry.id || by_name->cookie != entry.cookie)
      damage(id, "the entry {} is listed but not found under its name", entry_name);
    auto target = seen_.find(entry.id);
    if (target == seen_.end()) {
      damage(id, "the entry {} names object {}, which does not exist", entry_name, entry.id.value);
      return;
    }
    Seen& t = target->second;
    ++t.names;
    t.named_in = id;
    if (t.node.type != entry.type)
      damage(id, "the entry {} has another type than object {}", entry_name, entry.id.value);
    if (t.node.type != FileType::directory) return;
    ++dir.subdirectories;
    if (t.node.parent != id)
      damage(entry.id, "is entry {} of directory {} but says that its parent is {}", entry_name, id.value,
             t.node.parent.value);
  }

  void judge(Seen& s) {
    const Inode& n = s.node;
    bool directory = n.type == FileType::directory;
    if (directory) judge_directory(s);
    u64 names = n.id == kRootId ? s.names + 1 : s.names;
    u64 expected = directory ? 1 : n.nlink;
    if (n.nlink == 0) expected = 0;
    if (names != expected) damage(n.id, "has {} names where {} belong to it", names, expected);
    if (n.nlink == 0 && !s.orphan) damage(n.id, "has no links but is not listed as an orphan");
    if (n.nlink > 0 && s.orphan) damage(n.id, "has {} links but is listed as an orphan", n.nlink);
    if (n.size > kMaxFileSize) damage(n.id, "has size {}", n.size);
  }

  void judge_directory(Seen& s) {
    const Inode& n = s.node;
    if (n.entries != s.entries) damage(n.id, "has {} entries where it counts {}", s.entries, n.entries);
    if (n.nlink != 0 && n.nlink != s.subdirectories + 2)
      damage(n.id, "has {} links where its {} subdirectories make {}", n.nlink, s.subdirectories,
             s.subdirectories + 2);
    if (n.nlink != 0 && !leads_to_root(s)) damage(n.id, "is not below the root");
  }

  // Follows ".."; everything on a way that was walked once is known.
  bool leads_to_root(Seen& start) {
    std::vector<Seen*> way;
    Seen* at = &start;
    while (!at->rooted && way.size() <= seen_.size()) {
      way.push_back(at);
      auto up = seen_.find(at->node.parent);
      if (up == seen_.end()) return false;
      at = &up->second;
    }
    if (!at->rooted) return false;
    for (Seen* s : way) s->rooted = true;
    return true;
  }

  void read_texts() {
    for (auto& [id, s] : seen_) {
      if (s.node.type != FileType::symlink) continue;
      auto text = view_.row(Table::symlink, file_key(id));
      if (!text)
        damage(id, "is a symbolic link whose text cannot be read: {}", name(text.error()));
      else if (text->size() != s.node.size)
        damage(id, "is a symbolic link of size {} with a text of {} bytes", s.node.size, text->size());
    }
    FsError e = view_.rows(Table::symlink, {}, {}, [&](std::string_view key, std::string_view) {
      auto it = seen_.find(key_file(key));
      if (it == seen_.end() || it->second.node.type != FileType::symlink)
        report({Finding::Severity::leftover, key_file(key), "a link text belongs to no symbolic link"});
      return true;
    });
    if (e != FsError::ok) damage(FileId(0), "the link texts cannot be read: {}", name(e));
  }

  // The permission bits are what the ACL comes to (RFC 8881 6.3.2).
  void read_acls() {
    constexpr u16 kPermissions = 0777;
    for (auto& [id, s] : seen_) {
      if (!s.node.has_acl) continue;
      auto acls = load_acls(view_, s.node);
      if (!acls)
        damage(id, "its ACL cannot be read: {}", name(acls.error()));
      else if (u16 mode = mode_of(acls->dacl); mode != (s.node.mode & kPermissions))
        damage(id, "has mode {:o} where its ACL makes {:o}", s.node.mode & kPermissions, mode);
    }
    FsError e = view_.rows(Table::acl, {}, {}, [&](std::string_view key, std::string_view) {
      auto it = seen_.find(key_file(key));
      if (it == seen_.end() || !it->second.node.has_acl)
        report({Finding::Severity::leftover, key_file(key), "an ACL belongs to no object"});
      return true;
    });
    if (e != FsError::ok) damage(FileId(0), "the ACLs cannot be read: {}", name(e));
  }

  // Names against values, by object; then values against names, in one walk through all.
  void read_xattrs() {
    std::set<std::string, std::less<>> known;  // keys
    for (auto& [id, s] : seen_)
      if (s.node.has_xattrs) read_xattr_names(s.node, known);
    FsError e = view_.rows(Table::xattr, {}, {}, [&](std::string_view key, std::string_view) {
      if (!known.contains(key))
        report({Finding::Severity::leftover, key_file(key), "an extended attribute belongs to no object"});
      return true;
    });
    if (e != FsError::ok) damage(FileId(0), "the extended attributes cannot be read: {}", name(e));
  }

  void read_xattr_names(const Inode& n, std::set<std::string, std::less<>>& known) {
    if (n.type != FileType::regular && n.type != FileType::directory)
      damage(n.id, "has extended attributes but is neither file nor directory");
    known.insert(file_key(n.id));
    auto names = load_xattr_names(view_, n);
    if (!names) {
      damage(n.id, "its extended attributes cannot be listed: {}", name(names.error()));
      return;
    }
    if (names->name_bytes() > kMaxXattrNames || names->total_bytes() > kMaxXattrTotal)
      damage(n.id, "has {} bytes of extended attributes", names->total_bytes());
    for (const XattrNames::Entry& entry : names->entries) {
      std::string key = xattr_key(n.id, entry.name);
      auto value = view_.row(Table::xattr, key);
      if (!value)
        damage(n.id, "its extended attribute {} cannot be read: {}", entry.name, name(value.error()));
      else if (value->size() != entry.size)
        damage(n.id, "its extended attribute {} has {} bytes where {} are listed", entry.name, value->size(),
               entry.size);
      if (!known.insert(std::move(key)).second)
        damage(n.id, "its extended attribute {} is listed twice", entry.name);
    }
  }

  // What a file system writes down about itself.
  void read_server_rows() {
    auto uuid = view_.row(Table::server, kUuidKey);
    if (!uuid)
      damage(FileId(0), "the file system's identity cannot be read: {}", name(uuid.error()));
    else if (uuid->size() != 16)
      damage(FileId(0), "the file system's identity has {} bytes", uuid->size());
    auto verifier = view_.row(Table::server, kVerifierKey);
    if (verifier && verifier->size() != sizeof(u64))
      damage(FileId(0), "the write verifier has {} bytes", verifier->size());
    else if (!verifier && verifier.error() != FsError::not_found)
      damage(FileId(0), "the write verifier cannot be read: {}", name(verifier.error()));
  }

  // In the order of keys a session comes before its replies.
  void read_sessions() {
    std::string session;
    FsError e = view_.rows(Table::session, {}, {}, [&](std::string_view key, std::string_view) {
      if (key.size() == kSessionKey)
        session = key;
      else if (key.size() != kReplyKey)
        damage(FileId(0), "a session's row has a key of {} bytes", key.size());
      else if (session_of(key) != session)
        report({Finding::Severity::leftover, FileId(0), "there is a reply of a session that does not exist"});
      return true;
    });
    if (e != FsError::ok) damage(FileId(0), "the sessions cannot be read: {}", name(e));
  }

  MetadataView& view_;
  std::vector<Finding>& findings_;
  std::unordered_map<FileId, Seen> seen_;
};

constexpr size_t kPaths = 1000;  // findings that get one: each means looking through directories

struct CheckOp {
  ContentStore& content;
  bool deep;
  std::vector<Finding> findings;

  FsError operator()(MetadataView& view) {
    Check tables(view, findings);
    tables.run();
    FsError e = content.check(view, deep, [&](Finding f) { tables.report(std::move(f)); });
    if (e != FsError::ok) tables.damage(FileId(0), "the content store cannot be checked: {}", name(e));
    for (size_t i = 0; i < std::min(findings.size(), kPaths); ++i)
      if (findings[i].object != FileId(0)) findings[i].path = tables.path_of(findings[i].object);
    return FsError::ok;
  }
};

Task<std::vector<Finding>> check_later(MetadataStore& metadata, CheckOp op) {
  Async<FsError> reading = metadata.read(op);
  FsError e = co_await reading;
  if (e != FsError::ok)
    op.findings.push_back({Finding::Severity::damage, FileId(0),
                           fmt::format("the metadata store cannot be read: {}", name(e))});
  co_return std::move(op.findings);
}

}  // namespace

Async<std::vector<Finding>> check(MetadataStore& metadata, ContentStore& content, bool deep) {
  return check_later(metadata, {content, deep, {}});
}

}  // namespace dfs::fs
