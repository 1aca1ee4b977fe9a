# xdr_library(NAME nfs3 XDR nfs3.x [HINTS nfs3.hints] [ERRORS nfs3.errors] [DEPENDS rpc...] [PYTHON folder])
#
# The static library xdr_NAME: the types, codecs and tables that xdr-gen makes of a description at build time, included
# as "<folder of the .x>/NAME.h"; and the module NAME of the Python package dittofs.wire, or in the folder PYTHON.
# ERRORS is the table that the hints name, DEPENDS the libraries of the descriptions that they import. NAME is the file name of the .x.
#
# The target protocol_docs writes build/docs/protocols/NAME.md.
set(DFS_GENERATED ${CMAKE_BINARY_DIR}/generated CACHE INTERNAL "Where generated headers are included from")

file(GLOB_RECURSE DFS_XDR_GEN_SOURCES CONFIGURE_DEPENDS
     ${PROJECT_SOURCE_DIR}/xdr-gen/xdrgen/*.py ${PROJECT_SOURCE_DIR}/xdr-gen/xdrgen/*.lark
     ${PROJECT_SOURCE_DIR}/xdr-gen/xdrgen/*.j2)
set(DFS_XDR_GEN ${PROJECT_SOURCE_DIR}/xdr-gen/xdr-gen)
list(APPEND DFS_XDR_GEN_SOURCES ${DFS_XDR_GEN})

add_custom_target(protocol_docs)

function(xdr_library)
  cmake_parse_arguments(ARG "" "NAME;XDR;HINTS;ERRORS;PYTHON" "DEPENDS" ${ARGN})
  set(xdr ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_XDR})
  set(inputs ${xdr})
  set(options)
  if(ARG_HINTS)
    list(APPEND inputs ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_HINTS})
    list(APPEND options --hints ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_HINTS})
  endif()
  if(ARG_ERRORS)
    list(APPEND inputs ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_ERRORS})
  endif()
  foreach(other ${ARG_DEPENDS})
    get_target_property(other_inputs xdr_${other} DFS_XDR_INPUTS)
    list(APPEND inputs ${other_inputs})
  endforeach()

  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(base ${DFS_GENERATED}/${folder}/${ARG_NAME})
  set(python_modules)
  set(python_options)
  if(DFS_PYTHON)
    if(NOT ARG_PYTHON)
      set(ARG_PYTHON ${CMAKE_BINARY_DIR}/python/dittofs/wire)
    endif()
    set(python_modules ${ARG_PYTHON}/${ARG_NAME}.py ${ARG_PYTHON}/${ARG_NAME}.pyi)
    set(python_options --python ${ARG_PYTHON})
  endif()
  add_custom_command(
    OUTPUT ${base}.h ${base}_codec.cpp ${base}_desc.cpp ${python_modules}
    COMMAND ${Python_EXECUTABLE} ${DFS_XDR_GEN} emit ${xdr} --root ${PROJECT_SOURCE_DIR} --cpp ${DFS_GENERATED}
            ${options} ${python_options}
    DEPENDS ${inputs} ${DFS_XDR_GEN_SOURCES}
    COMMENT "xdr-gen ${folder}/${ARG_XDR}"
    VERBATIM)

  add_library(xdr_${ARG_NAME} STATIC ${base}_codec.cpp ${base}_desc.cpp ${base}.h)
  target_include_directories(xdr_${ARG_NAME} PUBLIC ${DFS_GENERATED})
  target_link_libraries(xdr_${ARG_NAME} PUBLIC dfs_wire PRIVATE dfs_pch)
  target_precompile_headers(xdr_${ARG_NAME} REUSE_FROM dfs_pch)
  foreach(other ${ARG_DEPENDS})
    target_link_libraries(xdr_${ARG_NAME} PUBLIC xdr_${other})
  endforeach()
  set_target_properties(xdr_${ARG_NAME} PROPERTIES DFS_XDR_INPUTS "${inputs}")

  set(page ${CMAKE_BINARY_DIR}/docs/protocols/${ARG_NAME}.md)
  add_custom_command(
    OUTPUT ${page}
    COMMAND ${Python_EXECUTABLE} ${DFS_XDR_GEN} docs ${xdr} --root ${PROJECT_SOURCE_DIR} --out ${page} ${options}
    DEPENDS ${inputs} ${DFS_XDR_GEN_SOURCES}
    VERBATIM)
  add_custom_target(docs_${ARG_NAME} DEPENDS ${page})
  add_dependencies(protocol_docs docs_${ARG_NAME})
endfunction()
