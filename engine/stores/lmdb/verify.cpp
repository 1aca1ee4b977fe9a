#include "engine/stores/lmdb/verify.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "engine/stores/common/checksum.h"
#include "engine/stores/lmdb/encoding.h"
#include "engine/stores/lmdb/pages.h"

namespace dfs::stores::lmdb {
namespace {

using pages::Meta;
using pages::Node;
using pages::Page;
using pages::Tree;

constexpr u16 kMaxDepth = 32;  // LMDB's own bound

// A file in memory, read only.
class Mapped {
 public:
  explicit Mapped(const std::string& file) {
    int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0) {
      size_ = static_cast<size_t>(st.st_size);
      void* p = mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd, 0);
      at_ = p == MAP_FAILED ? nullptr : static_cast<const char*>(p);
    }
    if (fd >= 0) close(fd);
  }
  ~Mapped() {
    if (at_) munmap(const_cast<char*>(at_), size_);
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  const char* at() const { return at_; }
  size_t size() const { return size_; }

 private:
  const char* at_ = nullptr;
  size_t size_ = 0;
};

class Verify {
 public:
  explicit Verify(const Mapped& file) : file_(file) {}

  // What is wrong; nothing: sound.
  std::string run() {
    if (!find_meta()) return wrong_;
    used_.assign(meta_.last_page + 1, false);
    used_[0] = used_[1] = true;
    if (!walk_tree(meta_.rows, false) || !walk_tree(meta_.free, true)) return wrong_;
    // A sound file may be short of pages at its end that nobody needs: taken and given back in one commit, they were
    // never written.
    for (u64 p = pages_; p <= meta_.last_page; ++p)
      if (!used_[p] && !cut_short()) return wrong_;
    if (!ours_) return {};
    if (!row_wrong_.empty()) return row_wrong_;
    if (names_ != listed_) return fmt::format("has {} names where {} are listed", names_, listed_);
    if (inodes_ != counted_) return fmt::format("has {} inodes where {} are counted", inodes_, counted_);
    return {};
  }

 private:
  template <class... Args>
  bool fail(fmt::format_string<Args...> text, Args&&... args) {
    if (wrong_.empty()) wrong_ = fmt::format(text, std::forward<Args>(args)...);
    return false;
  }

  // The newer of the two first pages says where everything is. Each commit writes the one whose turn it is.
  bool find_meta() {
    if (file_.size() < 2 * kSmallestPage) return fail("has only {} bytes", file_.size());
    Meta first = Meta::of(file_.at() + pages::kHeader);
    if (first.magic != pages::kMagic || first.version != pages::kVersion)
      return fail("has no first page of LMDB");
    size_ = first.page_size;
    if (size_ < kSmallestPage || size_ > 65536 || (size_ & (size_ - 1)) != 0 || 2 * size_ > file_.size())
      return fail("has pages of {} bytes", size_);
    Meta second = Meta::of(file_.at() + size_ + pages::kHeader);
    if (second.magic != pages::kMagic || second.version != pages::kVersion || second.page_size != size_)
      return fail("has no second page of LMDB");
    bool fresh = first.txn == 0 && second.txn == 0;
    if (!fresh && (first.txn % 2 != 0 || second.txn % 2 != 1 ||
                   (first.txn + 1 != second.txn && second.txn + 1 != first.txn)))
      return fail("says that its last commits were {} and {}", first.txn, second.txn);
    meta_ = first.txn > second.txn ? first : second;
    if (meta_.rows.flags != 0 || (meta_.free.flags & ~pages::kNoSubdir) != pages::kIntegerKey)
      return fail("has trees of a kind that is not used");
    pages_ = file_.size() / size_;
    if (meta_.last_page < 1 || meta_.last_page >= 2 * pages_ + kMostUnwritten) return cut_short();
    return true;
  }
  bool cut_short() {
    return fail("has {} bytes where its last commit needs {} pages of {}", file_.size(), meta_.last_page + 1, size_);
  }

  Page page(u64 number) const { return {file_.at() + number * size_, size_}; }

  // Takes pages for one use; free ones need not be there.
  bool claim(u64 first, u64 count, bool free = false) {
    if (first < 2 || count == 0 || first > meta_.last_page || count > meta_.last_page - first + 1)
      return fail("names page {}, which it does not have", first);
    if (!free && first + count > pages_) return cut_short();
    for (u64 p = first; p < first + count; ++p) {
      if (used_[p]) return fail("uses page {} twice", p);
      used_[p] = true;
    }
    return true;
  }

  bool walk_tree(const Tree& tree, bool free) {
    if (tree.root == pages::kNoPage) return tree.entries == 0 || fail("has lost the root of a tree");
    if (tree.depth == 0 || tree.depth > kMaxDepth) return fail("has a tree of depth {}", tree.depth);
    free_ = free;
    entries_ = 0;
    last_ = {};
    any_ = false;
    if (!walk(tree.root, tree.depth, {})) return false;
    return entries_ == tree.entries || fail("has {} rows where {} are counted", entries_, tree.entries);
  }

  // A page and what is below it; its keys are not below `from`.
  bool walk(u64 number, u16 depth, std::string_view from) {
    if (!claim(number, 1)) return false;
    Page p = page(number);
    bool leaf = depth == 1;
    if (p.number() != number || p.flags() != (leaf ? pages::kLeaf : pages::kBranch) || !p.ordered())
      return fail("has a page {} that is none", number);
    for (size_t i = 0; i < p.nodes(); ++i) {
      auto node = p.node(i);
      if (!node) return fail("has a page {} whose entry {} lies outside of it", number, i);
      if (leaf ? !read_row(*node, from) : !read_branch(*node, depth, i == 0 ? from : node->key)) return false;
    }
    return true;
  }

  bool read_branch(const Node& node, u16 depth, std::string_view from) {
    if (any_ && !from.empty() && !less(last_, from))
      return fail("has keys out of order in page {}", node.child);
    return walk(node.child, static_cast<u16>(depth - 1), from);
  }

  bool less(std::string_view a, std::string_view b) const {
    if (!free_ || a.size() != 8 || b.size() != 8) return a < b;
    return pages::read<u64>(a.data()) < pages::read<u64>(b.data());  // commits, as integers
  }

  bool read_row(const Node& node, std::string_view from) {
    if ((any_ && !less(last_, node.key)) || (!from.empty() && less(node.key, from)))
      return fail("has keys out of order");
    last_ = node.key;
    any_ = true;
    ++entries_;
    if ((node.flags & ~pages::kBigData) != 0) return fail("has a row of a kind that is not used");
    std::string_view value = node.value;
    if (node.flags & pages::kBigData) {
      u64 first = pages::read<u64>(node.value.data()),
          count = (pages::kHeader + u64(node.size) + size_ - 1) / size_;
      if (!claim(first, count)) return false;
      Page p = page(first);
      if (p.number() != first || p.flags() != pages::kOverflow || p.overflow_pages() != count)
        return fail("has a page {} that is none", first);
      value = {p.at + pages::kHeader, node.size};
    }
    return free_ ? read_free(node.key, value) : (read_content(node.key, value), true);
  }

  // Pages that a commit no longer needs: their count and their numbers. One that is in use as well would be
  // written over.
  bool read_free(std::string_view key, std::string_view value) {
    u64 count = value.size() >= 8 ? pages::read<u64>(value.data()) : 0;
    if (key.size() != 8 || value.size() < 8 || count > value.size() / 8 - 1)
      return fail("has a damaged list of free pages");
    for (u64 i = 1; i <= count; ++i)
      if (!claim(pages::read<u64>(value.data() + 8 * i), 1, true)) return false;
    return true;
  }

  // A row of ours. Whether it is one turns out with the format row; until then what is wrong is kept back.
  void read_content(std::string_view key, std::string_view stored) {
    constexpr size_t kSum = sizeof(u32);
    bool sound = !key.empty() && stored.size() >= kSum;
    std::string_view value = sound ? stored.substr(0, stored.size() - kSum) : stored;
    sound = sound && pages::read<u32>(stored.data() + value.size()) == checksum(key, value);
    if (!sound && row_wrong_.empty())
      row_wrong_ = fmt::format("has a row of kind {} with other bytes than were written", kind(key));
    if (key == Key::meta("format").view()) {
      u64 version = 0;
      ours_ = sound && value.size() > 8 && decode_number(value.substr(value.size() - 8), version) &&
              version <= kFormatVersion;
    }
    if (key == Key::meta("inodes").view()) decode_number(value, counted_);
    names_ += key.starts_with('n');
    listed_ += key.starts_with('c');
    inodes_ += key.starts_with('i');
  }
  static std::string kind(std::string_view key) {
    switch (key.empty() ? 0 : key[0]) {
      case 'i':
        return "inode";
      case 'n':
        return "name";
      case 'c':
        return "listing";
      case 'r':
        return "table";
      case 'm':
        return "counter";
      default:
        return "unknown";
    }
  }

  static constexpr size_t kSmallestPage = 512;
  static constexpr u64 kMostUnwritten = 4096;  // pages, beside as many as there are
  const Mapped& file_;
  size_t size_ = 0;  // of a page
  u64 pages_ = 0;    // in the file
  Meta meta_{};
  std::vector<bool> used_;
  std::string wrong_, row_wrong_;
  // The tree being walked.
  bool free_ = false, any_ = false;
  u64 entries_ = 0;
  std::string_view last_;
  // Rows of ours.
  bool ours_ = false;
  u64 names_ = 0, listed_ = 0, inodes_ = 0, counted_ = 0;
};

}  // namespace

std::string verify_database(const std::string& file) {
  Mapped mapped(file);
  if (mapped.at() == nullptr) return fmt::format("cannot be read: {}", std::strerror(errno));
  return Verify(mapped).run();
}

}  // namespace dfs::stores::lmdb
