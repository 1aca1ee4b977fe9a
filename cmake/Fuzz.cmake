# dfs_fuzz(NAME SOURCES files... LIBS libs... [MUTATOR file])
#
# A fuzz target; engine/base/fuzz/target.h says what the sources define. Under the preset `fuzz` it is the libFuzzer
# program fuzz/NAME (`./dev fuzz NAME`); otherwise the test fuzz.NAME, which runs the same function over its seeds,
# mutations of them and every file in regressions/NAME beside the sources: inputs that failed once.
# MUTATOR: a file with LLVMFuzzerCustomMutator.
function(dfs_fuzz name)
  cmake_parse_arguments(ARG "" "MUTATOR" "SOURCES;LIBS" ${ARGN})
  if(NOT DFS_FUZZ AND NOT DFS_TESTS)
    return()
  endif()
  set(program fuzz_${name})
  if(DFS_FUZZ)
    add_executable(${program} ${ARG_SOURCES} ${ARG_MUTATOR} ${PROJECT_SOURCE_DIR}/engine/base/fuzz/libfuzzer_main.cpp)
    target_link_options(${program} PRIVATE -fsanitize=fuzzer)
    set_target_properties(${program} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
    add_dependencies(fuzz_targets ${program})
  else()
    add_executable(${program} ${ARG_SOURCES} ${PROJECT_SOURCE_DIR}/engine/base/fuzz/replay_main.cpp)
    set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    set(regressions ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/regressions/${name})
    if(EXISTS ${regressions})
      add_test(NAME fuzz.${name} COMMAND ${program} ${regressions})
    else()
      add_test(NAME fuzz.${name} COMMAND ${program})
    endif()
  endif()
  target_link_libraries(${program} PRIVATE ${ARG_LIBS} dfs_pch)
  target_precompile_headers(${program} REUSE_FROM dfs_pch)
  target_compile_options(${program} PRIVATE -fPIC)  # as the precompiled header was built
endfunction()

if(DFS_FUZZ)
  add_custom_target(fuzz_targets)
endif()
