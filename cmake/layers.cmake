# What every target has in common, and one library for each folder of the house.

add_library(maitred_warnings INTERFACE)
target_compile_options(maitred_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough -Wunused-result -Werror)

# maitred_library(NAME [RECURSE] [EXCEPT file...] DEPENDS target...)
# A folder NAME at the root becomes the library NAME; its sources are all the .cc in it.
function(maitred_library name)
  cmake_parse_arguments(LIB "RECURSE" "" "DEPENDS;EXCEPT" ${ARGN})
  if(LIB_RECURSE)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.cc)
  else()
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.cc)
  endif()
  foreach(except ${LIB_EXCEPT})
    list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/${name}/${except})
  endforeach()
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
