#include "service/api/pages.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "service/api/etag.h"

namespace postern::api {

namespace {

constexpr std::string_view stub =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Postern</title>\n"
    "<h1>Postern</h1>\n"
    "<p>This program was built without the web application. Build it with <code>./run "
    "build</code>,\n"
    "which needs Node.js and npm, or use the command line: <code>postern --help</code>. The API "
    "is\n"
    "served below <code>/api/v1</code>.</p></html>\n";

std::string header(const http::Request& request, const std::string& name) {
  auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string() : found->second;
}

// RFC 9110 12.5.3; "gzip;q=0" refuses it.
bool takes_gzip(const http::Request& request) {
  const std::string accepted = base::lower(header(request, "accept-encoding"));
  for (std::string_view one : base::split(accepted, ',')) {
    one = base::trim(one);
    const std::string_view coding = base::trim(one.substr(0, one.find(';')));
    if (coding == "gzip") return !one.ends_with("q=0") && !one.ends_with("q=0.0");
  }
  return false;
}

http::Response serve(const http::Request& request, const PageFile& file, std::string caching) {
  http::Response response{.status = 200,
                          .content_type = std::string(file.content_type),
                          .body = {},
                          .headers = {{"Cache-Control", std::move(caching)},
                                      {"Vary", "Accept-Encoding"},
                                      {"ETag", fmt::format("W/\"{}\"", file.tag)}}};
  if (has_already(header(request, "if-none-match"), response.headers["ETag"])) {
    response.status = 304;
    return response;
  }
  const bool gzip = !file.gzipped.empty() && takes_gzip(request);
  if (gzip) response.headers["Content-Encoding"] = "gzip";
  response.body = std::string(gzip ? file.gzipped : file.bytes);
  return response;
}

http::Response text(int status, std::string body) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(body),
          .headers = {}};
}

}  // namespace

const PageFile* EmbeddedPages::find(std::string_view path) const {
  auto found = std::ranges::find(files_, path, &PageFile::path);
  return found == files_.end() ? nullptr : &*found;
}

http::Response EmbeddedPages::page(const http::Request& request) const {
  if (request.method != "GET") {
    http::Response response = text(405, "Here is only: GET.\n");
    response.headers["Allow"] = "GET";
    return response;
  }
  if (const PageFile* file = find(request.path)) {
    const bool hashed = request.path.starts_with("/assets/");
    return serve(request, *file, hashed ? "public, max-age=31536000, immutable" : "no-cache");
  }
  // A file that went with an update, not a place in the application.
  if (request.path.starts_with("/assets/")) return text(404, "There is no such file.\n");
  static constexpr PageFile without{"", "text/html; charset=utf-8", POSTERN_VERSION, stub, ""};
  const PageFile* index = find("/index.html");
  return serve(request, index != nullptr ? *index : without, "no-cache");
}

}  // namespace postern::api
