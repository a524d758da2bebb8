# What every target has in common, and one library for each folder of the house.

add_library(maitred_warnings INTERFACE)
target_compile_options(maitred_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough -Wunused-result -Werror)

# maitred_library(NAME [EXCEPT file...] DEPENDS target...)
# A folder NAME at the root becomes the library NAME; its sources are all the .cc in and below it.
function(maitred_library name)
  cmake_parse_arguments(LIB "" "" "DEPENDS;EXCEPT" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.cc)
  list(TRANSFORM LIB_EXCEPT PREPEND ${PROJECT_SOURCE_DIR}/${name}/)
  list(REMOVE_ITEM sources ${LIB_EXCEPT})
  if(NOT sources)  # nothing in this folder yet
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${LIB_DEPENDS})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${LIB_DEPENDS} PRIVATE maitred_warnings)
endfunction()
