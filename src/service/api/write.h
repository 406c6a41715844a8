// Described types as JSON text; the field names are the members' names.
#pragma once

#include "core/base/json_writer.h"
#include "service/api/described.h"

namespace postern::api {

template <class T>
void write(base::JsonWriter& json, const T& value) {
  if constexpr (is_optional<T>) {
    if (value) {
      write(json, *value);
    } else {
      json.null();
    }
  } else if constexpr (is_list<T>) {
    json.begin_array();
    for (const auto& item : value) write(json, item);
    json.end_array();
  } else if constexpr (Described<T>) {
    json.begin_object();
    T::each(value, [&json](std::string_view name, std::string_view, const auto& field) {
      json.key(name);
      write(json, field);
    });
    json.end_object();
  } else if constexpr (Worded<T>) {
    json.value(Words<T>::text(value));
  } else if constexpr (std::same_as<T, Time>) {
    json.value(base::rfc3339(value));
  } else {
    json.value(value);
  }
}

template <class T>
[[nodiscard]] std::string json_text(const T& value) {
  base::JsonWriter json;
  write(json, value);
  return std::move(json).take();
}

}  // namespace postern::api
