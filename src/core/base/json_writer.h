// JSON text (RFC 8259) written from front to back, for --json, logs, exports and the audit log: the
// order of the fields is the order of the calls, so equal values give equal bytes.
//
//   JsonWriter json;
//   json.begin_object().field("domain", "example.com").key("mx").begin_array();
//   json.value("mx1.example.com").end_array().end_object();
//   std::move(json).take();
//
// Text that is not valid UTF-8 goes through `printable` first: the output is always valid JSON.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::base {

class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  template <std::integral T>
  JsonWriter& value(T number) {
    if constexpr (std::same_as<T, bool>) {
      return raw(number ? "true" : "false");
    } else {
      return raw(std::to_string(static_cast<std::int64_t>(number)));
    }
  }
  JsonWriter& null() { return raw("null"); }
  // A value that is JSON text already.
  JsonWriter& raw(std::string_view json);

  template <class T>
  JsonWriter& field(std::string_view name, const T& one) {
    return key(name).value(one);
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string text_;
  bool first_ = true;  // nothing precedes the next element inside its object or array
};

// The text in quotes, escaped.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace postern::base
