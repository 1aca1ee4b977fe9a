#pragma once

#include "engine/fs/content_store.h"

namespace dfs::fs {

// Verifies what the tables say of each other: names and link counts, directories' counts, parents and
// cookies, link texts, orphans; then what the content store holds against them. For stores nobody changes
// meanwhile. An empty list is a sound store.
Async<std::vector<Finding>> check(MetadataStore& metadata, ContentStore& content, bool deep = false);

}  // namespace dfs::fs
