# dfs_layer(NAME [PUBLIC libs...] [PRIVATE libs...] [TEST libs...])
#
# The folder it is called from becomes the static library dfs_NAME (every *.cpp beside the CMakeLists.txt) and, when
# there is a tests/ folder, the Catch2 program test_NAME. A layer links only the layers below it:
# docs/architecture.md holds the table and cmake/check_layers.py compares the #include lines with it.
function(dfs_layer name)
  cmake_parse_arguments(ARG "" "" "PUBLIC;PRIVATE;TEST" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  file(GLOB op_sources CONFIGURE_DEPENDS procs/*.cpp ops/*.cpp attrs/*.cpp state/*.cpp
    callback/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(sources OR op_sources)
    add_library(dfs_${name} STATIC ${sources} ${op_sources})
    target_include_directories(dfs_${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(dfs_${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
    target_precompile_headers(dfs_${name} REUSE_FROM dfs_pch)
    target_link_libraries(dfs_${name} PRIVATE dfs_pch)
  else()
    add_library(dfs_${name} INTERFACE)
    target_include_directories(dfs_${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(dfs_${name} INTERFACE ${ARG_PUBLIC})
  endif()
  file(GLOB tests CONFIGURE_DEPENDS tests/*.cpp)
  if(tests AND DFS_TESTS)
    add_executable(test_${name} ${tests})
    target_link_libraries(test_${name} PRIVATE dfs_${name} ${ARG_TEST} Catch2::Catch2WithMain)
    target_precompile_headers(test_${name} REUSE_FROM dfs_pch_test)
    target_link_libraries(test_${name} PRIVATE dfs_pch_test)
    target_compile_options(test_${name} PRIVATE -fPIC)  # as the precompiled header was built
    set_target_properties(test_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    add_test(NAME cpp.${name} COMMAND test_${name})
  endif()
endfunction()
