#include "service/api/json_node.h"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace postern::api {

namespace json = boost::json;

namespace {

const json::value& of(const void* value) { return *static_cast<const json::value*>(value); }

}  // namespace

struct Document::Value {
  json::value root;
};

bool Node::is_null() const { return value_ != nullptr && of(value_).is_null(); }
bool Node::is_object() const { return value_ != nullptr && of(value_).is_object(); }
bool Node::is_array() const { return value_ != nullptr && of(value_).is_array(); }

std::optional<std::string_view> Node::text() const {
  if (value_ == nullptr) return std::nullopt;
  const auto* text = of(value_).if_string();
  if (text == nullptr) return std::nullopt;
  return std::string_view(text->data(), text->size());
}

std::optional<bool> Node::boolean() const {
  if (value_ == nullptr) return std::nullopt;
  const auto* truth = of(value_).if_bool();
  return truth != nullptr ? std::optional(*truth) : std::nullopt;
}

std::optional<std::int64_t> Node::integer() const {
  if (value_ == nullptr) return std::nullopt;
  const auto* number = of(value_).if_int64();
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

std::vector<Node> Node::items() const {
  std::vector<Node> found;
  if (!is_array()) return found;
  for (const json::value& item : of(value_).get_array()) found.push_back(Node(&item));
  return found;
}

Node Node::member(std::string_view name) const {
  if (!is_object()) return {};
  return Node(of(value_).get_object().if_contains(name));
}

std::vector<std::string_view> Node::names() const {
  std::vector<std::string_view> found;
  if (!is_object()) return found;
  for (const auto& member : of(value_).get_object()) {
    found.emplace_back(member.key().data(), member.key().size());
  }
  return found;
}

Document::Document(std::unique_ptr<Value> value) : value_(std::move(value)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

base::Result<Document> Document::parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;
  json::stream_parser parser({}, options);
  boost::system::error_code error;
  const std::size_t used = parser.write(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (error) {
    return base::fail("invalid-json",
                      fmt::format("This is not JSON: {}, after {} bytes.", error.message(), used));
  }
  return Document(std::make_unique<Value>(Value{parser.release()}));
}

Node Document::root() const { return Node(&value_->root); }

}  // namespace postern::api
