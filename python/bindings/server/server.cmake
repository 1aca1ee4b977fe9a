# The server in this process: dittofs._server.
file(GLOB server_binding_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
pybind11_add_module(_server MODULE NO_EXTRAS ${server_binding_sources})
target_include_directories(_server PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(_server PRIVATE dfs_server)
set_target_properties(_server PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/python/dittofs)
