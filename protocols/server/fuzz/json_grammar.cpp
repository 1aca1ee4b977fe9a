#include "protocols/server/fuzz/json_grammar.h"

#include <algorithm>

#include "engine/wire/text.h"

namespace dfs::fuzz {
namespace {

class Grammar {
 public:
  explicit Grammar(std::string_view text) : left_(text) {}
  bool whole() { return value() && left_.empty(); }

 private:
  bool eat(std::string_view token) {
    if (!left_.starts_with(token)) return false;
    left_.remove_prefix(token.size());
    return true;
  }
  void space() {
    while (!left_.empty() && std::string_view(" \t\r\n").find(left_[0]) != std::string_view::npos)
      left_.remove_prefix(1);
  }
  // Section 2
  bool value() {
    space();
    const bool good = eat("null") || eat("true") || eat("false") || (eat("{") ? members('}', true) : false) ||
                      (!left_.empty() && left_[0] == '[' && eat("[") && members(']', false)) ||
                      (!left_.empty() && left_[0] == '"' && string()) || number();
    space();
    return good;
  }
  // Sections 4 and 5
  bool members(char end, bool named) {
    const std::string_view close(&end, 1);
    space();
    if (eat(close)) return true;
    do {
      space();
      if (named) {
        if (!string()) return false;
        space();
        if (!eat(":")) return false;
      }
      if (!value()) return false;
    } while (eat(","));
    return eat(close);
  }
  bool digits() {
    const size_t n = std::min(left_.find_first_not_of("0123456789"), left_.size());
    left_.remove_prefix(n);
    return n != 0;
  }
  // Section 6
  bool number() {
    eat("-");
    if (!eat("0") && !digits()) return false;
    if (eat(".") && !digits()) return false;
    if (!eat("e") && !eat("E")) return true;
    if (!eat("+")) eat("-");
    return digits();
  }
  // Section 7
  bool string() {
    if (!eat("\"")) return false;
    while (!eat("\"")) {
      if (eat("\\")) {
        if (eat("u")) {
          const std::string_view hex = left_.substr(0, 4);
          if (hex.size() < 4 || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
            return false;
          left_.remove_prefix(4);
        } else if (!left_.empty() &&
                   std::string_view("\"\\/bfnrt").find(left_[0]) != std::string_view::npos) {
          left_.remove_prefix(1);
        } else {
          return false;
        }
        continue;
      }
      const size_t n = wire::utf8_length(left_);
      if (n == 0 || static_cast<unsigned char>(left_[0]) < 0x20) return false;
      left_.remove_prefix(n);
    }
    return true;
  }

  std::string_view left_;
};

}  // namespace

bool json_grammar(std::string_view text) { return Grammar(text).whole(); }

}  // namespace dfs::fuzz
