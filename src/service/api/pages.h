// The pages of the web application: files that were built from web/ and stand in the program.
//
// Hashed files below /assets/ never change and may be kept for ever; index.html answers every
// other path, because the application finds its way in the browser, and is always asked for again.
// Without built files (POSTERN_WEB=OFF) there is one page that says how to build them.
#pragma once

#include <span>
#include <string_view>

#include "service/api/application.h"

namespace postern::api {

struct PageFile {
  std::string_view path;  // "/assets/index-B2x8.js"
  std::string_view content_type;
  std::string_view tag;  // changes with the bytes
  std::string_view bytes;
  std::string_view gzipped;  // "" where compression gains nothing
};

class EmbeddedPages : public Pages {
 public:
  explicit EmbeddedPages(std::span<const PageFile> files) : files_(files) {}
  [[nodiscard]] http::Response page(const http::Request& request) const override;

 private:
  [[nodiscard]] const PageFile* find(std::string_view path) const;
  std::span<const PageFile> files_;
};

}  // namespace postern::api
