#include "io/acme/read.h"

#include <fmt/format.h>

#include <boost/url/parse.hpp>
#include <charconv>

#include "core/base/base64url.h"
#include "core/base/text.h"
#include "io/reports/bounded_json.h"

namespace postern::acme {
namespace {

namespace json = boost::json;

constexpr int kDepth = 12;
constexpr std::size_t kMemory = 1 << 20;
constexpr std::size_t kLongestUrl = 1024;
constexpr std::size_t kLongestToken = 256;
constexpr std::size_t kLongestDetail = 400;
constexpr std::size_t kMostNames = 100;
constexpr std::string_view kErrors = "urn:ietf:params:acme:error:";

base::Failure malformed(std::string_view what) {
  return {"acme-malformed",
          fmt::format("The certificate authority's answer cannot be used: {}.", what),
          {}};
}

std::string_view text_at(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  const json::string* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

const json::array* list_at(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found == nullptr ? nullptr : found->if_array();
}

bool is_url(std::string_view text) {
  return text.size() <= kLongestUrl && base::is_ascii(text) && place_of(text).has_value();
}

base::Result<reports::BoundedJson> parse(std::string_view text) {
  auto parsed = reports::BoundedJson::parse(text, kDepth, kMemory);
  if (!parsed) return std::unexpected(malformed("it is not JSON"));
  if (!parsed->root().is_object()) return std::unexpected(malformed("it is no object"));
  return parsed;
}

Status status_of(const json::object& object) {
  const std::string_view word = text_at(object, "status");
  if (word == "pending") return Status::pending;
  if (word == "ready") return Status::ready;
  if (word == "processing") return Status::processing;
  if (word == "valid") return Status::valid;
  return Status::invalid;
}

Problem problem_of(const json::object& object) {
  const std::string_view type = text_at(object, "type");
  Problem problem;
  problem.detail = base::printable(text_at(object, "detail"), kLongestDetail);
  if (type.starts_with(kErrors)) problem.type = base::printable(type.substr(kErrors.size()), 64);
  return problem;
}

std::string error_of(const json::object& object) {
  const json::value* error = object.if_contains("error");
  if (error == nullptr || !error->is_object()) return "";
  return problem_of(error->get_object()).detail;
}

base::Result<Challenge> challenge_of(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return std::unexpected(malformed("a challenge is no object"));
  Challenge challenge;
  challenge.type = base::printable(text_at(*object, "type"), 64);
  challenge.url = text_at(*object, "url");
  challenge.token = text_at(*object, "token");
  challenge.status = status_of(*object);
  challenge.error = error_of(*object);
  if (!is_url(challenge.url)) return std::unexpected(malformed("a challenge has no URL"));
  return challenge;
}

// A token becomes part of a path that we serve, so it is what RFC 8555 8.3 says or nothing.
bool usable(const Challenge& challenge) {
  return challenge.token.size() <= kLongestToken && base::is_base64url(challenge.token);
}

}  // namespace

base::Result<Directory> read_directory(std::string_view text) {
  auto parsed = parse(text);
  if (!parsed) return std::unexpected(parsed.error());
  const json::object& root = parsed->root().get_object();
  Directory directory;
  directory.new_nonce = text_at(root, "newNonce");
  directory.new_account = text_at(root, "newAccount");
  directory.new_order = text_at(root, "newOrder");
  for (const std::string* url :
       {&directory.new_nonce, &directory.new_account, &directory.new_order}) {
    if (!is_url(*url)) {
      return std::unexpected(malformed("it is not the directory of an ACME server"));
    }
  }
  const json::value* meta = root.if_contains("meta");
  if (meta == nullptr || !meta->is_object()) return directory;
  directory.terms = base::printable(text_at(meta->get_object(), "termsOfService"), kLongestUrl);
  const json::value* external = meta->get_object().if_contains("externalAccountRequired");
  directory.external_account_required =
      external != nullptr && external->is_bool() && external->get_bool();
  return directory;
}

base::Result<Order> read_order(std::string_view text) {
  auto parsed = parse(text);
  if (!parsed) return std::unexpected(parsed.error());
  const json::object& root = parsed->root().get_object();
  Order order;
  order.status = status_of(root);
  order.finalize = text_at(root, "finalize");
  order.certificate = text_at(root, "certificate");
  order.error = error_of(root);
  if (!is_url(order.finalize)) return std::unexpected(malformed("the order cannot be finalized"));
  if (!order.certificate.empty() && !is_url(order.certificate)) {
    return std::unexpected(malformed("the certificate's URL is none"));
  }
  const json::array* authorizations = list_at(root, "authorizations");
  if (authorizations == nullptr || authorizations->empty() || authorizations->size() > kMostNames) {
    return std::unexpected(malformed("the order names no authorizations"));
  }
  for (const json::value& one : *authorizations) {
    if (!one.is_string() || !is_url(std::string_view(one.get_string()))) {
      return std::unexpected(malformed("an authorization has no URL"));
    }
    order.authorizations.emplace_back(std::string_view(one.get_string()));
  }
  return order;
}

base::Result<Authorization> read_authorization(std::string_view text) {
  auto parsed = parse(text);
  if (!parsed) return std::unexpected(parsed.error());
  const json::object& root = parsed->root().get_object();
  Authorization out;
  out.status = status_of(root);
  const json::value* identifier = root.if_contains("identifier");
  if (identifier == nullptr || !identifier->is_object()) {
    return std::unexpected(malformed("an authorization is of no name"));
  }
  out.name = base::printable(text_at(identifier->get_object(), "value"), 255);
  const json::array* challenges = list_at(root, "challenges");
  if (challenges == nullptr) return std::unexpected(malformed("it offers no challenges"));
  for (const json::value& one : *challenges) {
    auto challenge = challenge_of(one);
    if (!challenge) return std::unexpected(challenge.error());
    if (usable(*challenge)) out.challenges.push_back(*std::move(challenge));
  }
  return out;
}

Problem read_problem(std::string_view text) {
  auto parsed = parse(text);
  if (parsed) return problem_of(parsed->root().get_object());
  return {"", base::printable(text.substr(0, 80))};
}

base::Result<Place> place_of(std::string_view url) {
  const auto fail = [&] {
    return base::fail("invalid-url", fmt::format("\"{}\" is no https URL with a host name.",
                                                 base::printable(url, 100)));
  };
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->scheme_id() != boost::urls::scheme::https || parsed->has_userinfo()) {
    return fail();
  }
  auto host = dns::Domain::parse(parsed->host_name());
  if (!host || host->empty()) return fail();
  Place place{.host = *std::move(host), .target = std::string(parsed->encoded_target())};
  if (place.target.empty()) place.target = "/";
  if (parsed->has_port()) {
    const std::string_view text = parsed->port();
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), place.port);  // or out of range
    if (error != std::errc() || end != text.data() + text.size() || place.port == 0) return fail();
  }
  return place;
}

}  // namespace postern::acme
