// API types are declared once, with a sentence for every field, and everything else comes from
// that: the C++ struct, strict reading and writing of JSON, the OpenAPI document, the TypeScript
// types and importers.
//
//   #define POSTERN_API_PET(F)                                  \
//     F(std::string, name, "What it is called.")                \
//     F(std::optional<std::int64_t>, legs, "How many legs it has, if known.")
//   POSTERN_API_TYPE(Pet, "An animal of the house.", POSTERN_API_PET)
//
// A field is a std::string, bool, std::int64_t, api::Time, an enumeration with Words, another
// described type, or a std::vector or std::optional of those. When JSON is read, optional fields
// and lists may be missing and null is the same as missing; all others must be there, and no
// unknown field may.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"

namespace postern::api {

// A moment; RFC 3339 text in JSON.
using Time = base::Instant;

// Specialised for an enumeration that JSON may hold: `name` of the type, `all` its enumerators, and
// text() their words.
template <class Enumeration>
struct Words;

template <class T>
concept Worded = std::is_enum_v<T> && requires(T value) {
  { Words<T>::text(value) } -> std::convertible_to<std::string_view>;
};

template <class T>
concept Described = requires {
  { T::api_name } -> std::convertible_to<std::string_view>;
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;

#define POSTERN_API_MEMBER(type, name, sentence) type name{};
#define POSTERN_API_VISIT(type, name, sentence) visit(#name, sentence, self.name);

#define POSTERN_API_TYPE(Name, sentence, FIELDS)                                    \
  struct Name {                                                                     \
    static constexpr std::string_view api_name = #Name;                             \
    static constexpr std::string_view api_sentence = sentence;                      \
    FIELDS(POSTERN_API_MEMBER)                                                      \
    template <class Self, class Visit>                                              \
    static void each([[maybe_unused]] Self& self, [[maybe_unused]] Visit&& visit) { \
      FIELDS(POSTERN_API_VISIT)                                                     \
    }                                                                               \
    bool operator==(const Name&) const = default;                                   \
  };

// Words of an enumeration whose text function exists already.
#define POSTERN_API_WORDS(Enumeration, type_name, text_function, ...)                \
  template <>                                                                        \
  struct Words<Enumeration> {                                                        \
    static constexpr std::string_view name = type_name;                              \
    static constexpr std::array all = {__VA_ARGS__};                                 \
    static std::string_view text(Enumeration value) { return text_function(value); } \
  };

// Nothing at all: the body, query or reply of an operation that has none.
#define POSTERN_API_NOTHING(F)
POSTERN_API_TYPE(Nothing, "Nothing.", POSTERN_API_NOTHING)

}  // namespace postern::api
