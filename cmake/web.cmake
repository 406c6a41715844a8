# The web application, built by npm from web/ into web/dist (./run does that), is carried by the
# program. Without it, the program answers with a page that says how to build it.
option(POSTERN_WEB "Carry the web application of web/dist in the program" ON)

# Adds the source that holds the files to `target`.
function(postern_web_files target)
  set(folder ${CMAKE_BINARY_DIR}/web)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/dist/*)
  if(POSTERN_WEB AND EXISTS ${CMAKE_SOURCE_DIR}/web/dist/index.html)
    find_package(Python3 REQUIRED COMPONENTS Interpreter)
    add_custom_command(OUTPUT ${folder}/web_files.cc
      COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tools/embed_web.py
              ${CMAKE_SOURCE_DIR}/web/dist ${folder}
      DEPENDS ${files} ${CMAKE_SOURCE_DIR}/tools/embed_web.py
      COMMENT "Embedding the web application")
    set_source_files_properties(${folder}/web_files.cc PROPERTIES OBJECT_DEPENDS "${files}")
    target_sources(${target} PRIVATE ${folder}/web_files.cc)
    return()
  endif()
  if(POSTERN_WEB)
    message(STATUS "web/dist is not built (./run build does it): the program carries a stub page")
  endif()
  file(CONFIGURE OUTPUT ${folder}/no_web_files.cc @ONLY CONTENT [[
#include "app/gateway/web_files.h"

namespace postern::app {

std::span<const api::PageFile> web_files() { return {}; }

}  // namespace postern::app
]])
  target_sources(${target} PRIVATE ${folder}/no_web_files.cc)
endfunction()
