// Described types as data: what the OpenAPI document and the TypeScript types are made from.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "service/api/described.h"

namespace postern::api {

struct TypeInfo {
  enum class Kind { text, integer, boolean, time, word, list, object };
  Kind kind = Kind::text;
  std::string name;              // of an object or word type
  std::vector<TypeInfo> item{};  // of a list: one
};

struct FieldInfo {
  std::string name;
  std::string sentence;
  TypeInfo type;
  enum class Presence { required, may_be_missing };
  Presence presence = Presence::required;
};

struct ObjectInfo {
  std::string sentence;
  std::vector<FieldInfo> fields;
};

// Every named type that was described, by name.
struct Catalogue {
  std::map<std::string, ObjectInfo, std::less<>> objects;
  std::map<std::string, std::vector<std::string>, std::less<>> words;
};

template <class T>
TypeInfo describe_type(Catalogue& catalogue) {
  if constexpr (is_optional<T>) {
    return describe_type<typename T::value_type>(catalogue);
  } else if constexpr (is_list<T>) {
    return {TypeInfo::Kind::list, {}, {describe_type<typename T::value_type>(catalogue)}};
  } else if constexpr (Described<T>) {
    const std::string name(T::api_name);
    if (catalogue.objects.try_emplace(name).second) {
      ObjectInfo info{std::string(T::api_sentence), {}};
      T probe{};
      T::each(probe, [&](std::string_view field, std::string_view sentence, auto& member) {
        using Member = std::remove_cvref_t<decltype(member)>;
        info.fields.push_back({std::string(field), std::string(sentence),
                               describe_type<Member>(catalogue),
                               is_optional<Member> ? FieldInfo::Presence::may_be_missing
                                                   : FieldInfo::Presence::required});
      });
      catalogue.objects[name] = std::move(info);
    }
    return {TypeInfo::Kind::object, name};
  } else if constexpr (Worded<T>) {
    const std::string name(Words<T>::name);
    auto& words = catalogue.words[name];
    words.clear();
    for (T one : Words<T>::all) words.emplace_back(Words<T>::text(one));
    return {TypeInfo::Kind::word, name};
  } else if constexpr (std::same_as<T, Time>) {
    return {TypeInfo::Kind::time, {}};
  } else if constexpr (std::same_as<T, bool>) {
    return {TypeInfo::Kind::boolean, {}};
  } else if constexpr (std::same_as<T, std::int64_t>) {
    return {TypeInfo::Kind::integer, {}};
  } else {
    static_assert(std::same_as<T, std::string>);
    return {TypeInfo::Kind::text, {}};
  }
}

}  // namespace postern::api
