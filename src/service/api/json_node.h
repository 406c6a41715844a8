// A parsed JSON document, without the parser's headers. Limits: 64 levels deep, text is valid
// UTF-8; of several members with one name the last counts, for us as for a browser.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/failure.h"

namespace postern::api {

// One value inside a Document, which must outlive it.
class Node {
 public:
  Node() = default;  // no value: missing
  [[nodiscard]] bool missing() const { return value_ == nullptr; }
  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool is_object() const;
  [[nodiscard]] bool is_array() const;
  [[nodiscard]] std::optional<std::string_view> text() const;
  [[nodiscard]] std::optional<bool> boolean() const;
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  // Of an array; empty for anything else.
  [[nodiscard]] std::vector<Node> items() const;
  // Of an object; missing for anything else.
  [[nodiscard]] Node member(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> names() const;

 private:
  friend class Document;
  explicit Node(const void* value) : value_(value) {}
  const void* value_ = nullptr;
};

class Document {
 public:
  // Failure "invalid-json" says where.
  [[nodiscard]] static base::Result<Document> parse(std::string_view text);
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();
  [[nodiscard]] Node root() const;

 private:
  struct Value;
  explicit Document(std::unique_ptr<Value> value);
  std::unique_ptr<Value> value_;
};

}  // namespace postern::api
