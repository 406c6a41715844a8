#include "service/api/guard.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "service/api/authority.h"
#include "service/api/problem.h"

namespace postern::api {

namespace {

// style-src: the component library writes its styles into the page. Scripts are files only.
constexpr std::string_view content_policy =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

std::string field(const http::Request& request, const std::string& name) {
  auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string() : found->second;
}

bool changes_something(const http::Request& request) {
  return request.method != "GET" && request.method != "OPTIONS";
}

// Browsers say where a request comes from; programs say nothing.
bool comes_from_elsewhere(const http::Request& request) {
  const std::string site = field(request, "sec-fetch-site");
  if (site == "cross-site" || site == "same-site") return true;
  const std::string origin = field(request, "origin");
  if (origin.empty()) return false;
  const std::size_t scheme = origin.find("://");
  return scheme == std::string::npos ||
         base::lower(origin.substr(scheme + 3)) != base::lower(field(request, "host"));
}

bool name_matches(const std::string& pattern, const std::string& host) {
  if (!pattern.starts_with("*.")) return base::iequals(pattern, host);
  const std::size_t dot = host.find('.');
  return dot != std::string::npos && dot > 0 &&
         base::iequals(std::string_view(pattern).substr(1), std::string_view(host).substr(dot));
}

// For requests whose cause is no person at a page of ours: said in words, as a problem.
http::Response refused(int status, std::string code, std::string detail) {
  return response_of(Problem{status, std::move(code), std::move(detail)});
}

}  // namespace

bool Guard::is_ours(const std::string& host) const {
  if (base::IpAddress::parse(host)) return true;
  if (host == "localhost" || host.ends_with(".localhost")) return true;  // RFC 6761 6.3
  return std::ranges::any_of(needs_.names(),
                             [&](const std::string& name) { return name_matches(name, host); });
}

void Guard::protect(http::Response& response, Transport seen_by_browser) const {
  auto& headers = response.headers;
  headers["Content-Security-Policy"] = content_policy;
  headers["X-Frame-Options"] = "DENY";
  headers["Referrer-Policy"] = "no-referrer";
  headers["Cross-Origin-Opener-Policy"] = "same-origin";
  headers["Cross-Origin-Resource-Policy"] = "same-origin";
  headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
  if (seen_by_browser != Transport::https) return;
  headers["Strict-Transport-Security"] = "max-age=31536000";
  if (needs_.transport == Transport::https) return;
  for (std::string& cookie : response.cookies) cookie += "; Secure";
}

http::Response Guard::refusal(int status, std::string why) const {
  Problem problem{.status = status, .code = "malformed-request", .detail = std::move(why)};
  if (status == 413) problem.code = "body-too-large";
  if (status == 431) problem.code = "header-too-large";
  if (status == 503) {
    problem.code = "too-busy";
    problem.retry_after = 5;
  }
  http::Response response = response_of(problem);
  protect(response, needs_.transport);
  return response;
}

void Guard::note(const http::Request& request, int status) const {
  constexpr std::array refusals{401, 403, 421, 429};
  const bool refused = std::ranges::find(refusals, status) != refusals.end();
  needs_.events.emit(refused ? observe::Event::request_refused : observe::Event::request_served,
                     {{"method", request.method},
                      {"path", request.path},
                      {"status", std::to_string(status)},
                      {"peer", request.peer.address.to_string()}});
}

net::Task<http::Response> Guard::handle(http::Request request) {
  const bool from_proxy = is_any_of(needs_.proxies, request.peer.address);
  const bool proxy_is_secure = from_proxy && field(request, "x-forwarded-proto") == "https";
  const Transport seen_by_browser = proxy_is_secure ? Transport::https : needs_.transport;
  request.peer.address =
      client_behind(needs_.proxies, request.peer.address, field(request, "x-forwarded-for"));
  http::Request seen;  // what is left to tell when the application has taken the request
  seen.method = request.method;
  seen.path = request.path;
  seen.peer = request.peer;
  http::Response response;
  if (!is_ours(host_of(field(request, "host")))) {
    response = refused(421, "unknown-host",
                       "This gateway is not known by the name in the address bar. Use its host "
                       "name, or add the name to [admin] names in its configuration.");
  } else if (changes_something(request) && comes_from_elsewhere(request)) {
    response = refused(403, "cross-site",
                       "A page of another site may not change anything here. If a proxy stands in "
                       "front of the gateway, it must pass the Host field on as it is.");
  } else {
    net::Task<http::Response> answer = needs_.application.handle(std::move(request));
    response = co_await answer;
  }
  protect(response, seen_by_browser);
  note(seen, response.status);
  co_return response;
}

}  // namespace postern::api
