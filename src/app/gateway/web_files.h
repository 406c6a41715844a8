// The files of the web application that the program carries; none without web/dist. The source that
// holds them is made by tools/embed_web.py (cmake/web.cmake).
#pragma once

#include <span>

#include "service/api/pages.h"

namespace postern::app {

[[nodiscard]] std::span<const api::PageFile> web_files();

}  // namespace postern::app
