#pragma once

#include <string>

namespace dfs::stores {

// Makes the folder, when it is missing, with a name that is durable when this returns; the folder it is in
// must exist. Returns an errno value, 0 for success.
int make_folder(const std::string& path);

// The same, with every folder above that is missing.
int make_folders(const std::string& path);

// Makes the names in a folder durable. Returns an errno value, 0 for success.
int sync_folder(const std::string& path);

}  // namespace dfs::stores
