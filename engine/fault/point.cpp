#include "engine/fault/point.h"

namespace dfs::fault {

std::optional<PointName> parse_point(std::string_view text) {
  for (size_t i = 0; i < kPointCount; ++i) {
    const std::string_view pattern = kPoints[i].name;
    const size_t at = pattern.find('@');
    if (at == std::string_view::npos) {
      if (text == pattern) return PointName{static_cast<Point>(i), {}};
      continue;
    }
    const std::string_view head = pattern.substr(0, at), tail = pattern.substr(at + 1);
    if (text.size() <= head.size() + tail.size() || !text.starts_with(head) || !text.ends_with(tail))
      continue;
    std::string_view detail = text.substr(head.size(), text.size() - head.size() - tail.size());
    if (detail.find('.') != std::string_view::npos) continue;
    if (detail == "*") detail = {};
    return PointName{static_cast<Point>(i), std::string(detail)};
  }
  return {};
}

std::string point_name(const PointName& point) {
  std::string name = kPoints[static_cast<size_t>(point.point)].name;
  if (const size_t at = name.find('@'); at != std::string::npos)
    name.replace(at, 1, point.detail.empty() ? "*" : point.detail);
  return name;
}

std::string known_points() {
  std::string out;
  for (const PointInfo& p : kPoints) out += std::string("\n  ") + p.name;
  return out;
}

}  // namespace dfs::fault
