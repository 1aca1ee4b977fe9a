#pragma once

#include <string_view>

namespace dfs::fuzz {

// Whether the text is a JSON value by the grammar of RFC 8259, and UTF-8. Surrogates may stand alone: section
// 8.2 allows it, and names that are not UTF-8 are written so.
bool json_grammar(std::string_view text);

}  // namespace dfs::fuzz
