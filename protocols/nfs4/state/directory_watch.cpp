#include "protocols/nfs4/state/directory_watch.h"

namespace dfs::nfs4 {

bool DirectoryWatch::take_ready(bool changing, std::vector<DirectoryNews>* out) {
  bool in_time = true;
  std::stable_sort(news.begin(), news.end(), [](const DirectoryNews& a, const DirectoryNews& b) {
    if (a.of_directory() != b.of_directory()) return a.of_directory();
    return a.before < b.before;
  });
  std::vector<DirectoryNews> left;
  for (DirectoryNews& n : news) {
    if (!n.of_directory()) {
      out->push_back(std::move(n));
    } else if (n.after <= told) {
      in_time = in_time && n.after <= begun;
    } else if (!left.empty() || (n.before != told && changing)) {
      left.push_back(std::move(n));
    } else {
      told = n.after;
      out->push_back(std::move(n));
    }
  }
  news = std::move(left);
  return in_time;
}

}  // namespace dfs::nfs4
