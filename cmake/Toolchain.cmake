# Compiler settings shared by every target: language level, warnings, build types, sanitizers, ccache.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)  # everything also goes into the Python extension modules

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")   # no NDEBUG: CHECK and assert stay on
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer")

set(DFS_SANITIZE "" CACHE STRING "Comma-separated sanitizers for every target (address,undefined or thread)")
if(DFS_SANITIZE)
  add_compile_options(-fsanitize=${DFS_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${DFS_SANITIZE})
endif()
if(DFS_FUZZ)
  # Coverage, for everything a target links. clang 14 cannot assemble coroutines under -fsanitize=function.
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize=function)
endif()

# Warnings by name, no blanket -Werror: g++ 12 warns falsely on std::vector.
add_compile_options(
  -Wall -Wextra -Wno-missing-field-initializers -Wno-array-bounds
  $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-interference-size>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-unused-private-field>
  -Werror=return-type -Werror=uninitialized -Werror=unused-result -Werror=switch -Werror=non-virtual-dtor
  -Werror=overloaded-virtual -Werror=format)

find_program(DFS_CCACHE ccache)
if(DFS_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${DFS_CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  endif()
endif()
