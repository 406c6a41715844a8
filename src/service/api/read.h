// JSON into described types, strictly: every mistake is collected with a pointer to it, so that a
// page can mark all fields at once.
#pragma once

#include <map>

#include "service/api/described.h"
#include "service/api/json_node.h"
#include "service/api/problem.h"

namespace postern::api {

class Reader {
 public:
  explicit Reader(std::string pointer) : pointer_(std::move(pointer)) {}

  template <class T>
  void read(Node node, T& into) {
    if constexpr (is_optional<T>) {
      if (node.missing() || node.is_null()) return;
      read(node, into.emplace());
    } else if constexpr (is_list<T>) {
      if (node.missing() || node.is_null()) return;
      read_list(node, into);
    } else if (node.missing()) {
      complain("is missing");
    } else if constexpr (Described<T>) {
      read_object(node, into);
    } else if constexpr (Worded<T>) {
      read_word(node.text(), into);
    } else if constexpr (std::same_as<T, Time>) {
      read_time(node.text(), into);
    } else if constexpr (std::same_as<T, bool>) {
      take(node.boolean(), into, "must be true or false");
    } else if constexpr (std::same_as<T, std::int64_t>) {
      take(node.integer(), into, "must be a whole number");
    } else {
      static_assert(std::same_as<T, std::string>);
      const auto text = node.text();
      if (text) {
        into = *text;
      } else {
        complain("must be text");
      }
    }
  }

  // Parameters of a query: a described type whose fields are optional text, numbers, truth values,
  // times or words.
  template <Described T>
  void read_query(const std::map<std::string, std::string>& query, T& into) {
    std::map<std::string, std::string> rest = query;
    T::each(into, [&](std::string_view name, std::string_view, auto& field) {
      auto found = rest.find(std::string(name));
      if (found == rest.end()) return;
      Step step(*this, "?" + std::string(name), Step::Kind::parameter);
      read_parameter(found->second, field.emplace());
      rest.erase(found);
    });
    for (const auto& [name, value] : rest) {
      errors_.push_back({"?" + name, "There is no such parameter here."});
    }
  }

  [[nodiscard]] const std::vector<FieldError>& errors() const { return errors_; }

 private:
  // Adds a step to the pointer for as long as it lives.
  struct Step {
    enum class Kind { member, parameter };
    Step(Reader& r, std::string text, Kind kind) : reader(r), before(r.pointer_) {
      reader.pointer_ = kind == Kind::parameter ? std::move(text) : before + "/" + text;
    }
    ~Step() { reader.pointer_ = before; }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    Reader& reader;
    std::string before;
  };

  void complain(std::string what);
  [[nodiscard]] bool has_enough() const;
  [[nodiscard]] bool must_be_object(Node node);
  void refuse_unknown(Node node, const std::vector<std::string_view>& known);
  [[nodiscard]] static std::string step_of(std::string_view name);
  void read_time(std::optional<std::string_view> text, Time& into);
  void read_parameter(const std::string& text, std::string& into) { into = text; }
  void read_parameter(const std::string& text, bool& into);
  void read_parameter(const std::string& text, std::int64_t& into);
  void read_parameter(const std::string& text, Time& into) { read_time(text, into); }
  template <Worded T>
  void read_parameter(const std::string& text, T& into) {
    read_word(text, into);
  }

  template <class T>
  void take(const std::optional<T>& found, T& into, const char* otherwise) {
    if (found) {
      into = *found;
    } else {
      complain(otherwise);
    }
  }

  template <class T>
  void read_list(Node node, std::vector<T>& into) {
    if (!node.is_array()) return complain("must be a list");
    std::size_t place = 0;
    for (Node item : node.items()) {
      if (has_enough()) return;
      Step step(*this, std::to_string(place++), Step::Kind::member);
      read(item, into.emplace_back());
    }
  }

  template <class T>
  void read_object(Node node, T& into) {
    if (!must_be_object(node)) return;
    std::vector<std::string_view> known;
    T::each(into, [&](std::string_view name, std::string_view, auto& field) {
      known.push_back(name);
      Step step(*this, std::string(name), Step::Kind::member);
      read(node.member(name), field);
    });
    refuse_unknown(node, known);
  }

  template <class T>
  void read_word(std::optional<std::string_view> text, T& into) {
    std::string all;
    for (T one : Words<T>::all) {
      if (text && *text == Words<T>::text(one)) {
        into = one;
        return;
      }
      all += (all.empty() ? "" : ", ") + std::string(Words<T>::text(one));
    }
    complain("must be one of: " + all);
  }

  std::string pointer_;
  std::vector<FieldError> errors_;
};

// A request's body. A Problem 400 when it is not JSON, 422 with every field at fault.
template <class T>
[[nodiscard]] Outcome<T> read_body(const std::string& body) {
  auto document = Document::parse(body);
  if (!document) return refuse(400, document.error().code, document.error().text);
  Reader reader("#");
  T value;
  reader.read(document->root(), value);
  if (reader.errors().empty()) return value;
  return std::unexpected(Problem{.status = 422,
                                 .code = "invalid-request",
                                 .detail = "Some fields are wrong: see errors.",
                                 .errors = reader.errors()});
}

template <class T>
[[nodiscard]] Outcome<T> read_query(const std::map<std::string, std::string>& query) {
  Reader reader("");
  T value;
  reader.read_query(query, value);
  if (reader.errors().empty()) return value;
  return std::unexpected(Problem{.status = 400,
                                 .code = "invalid-parameter",
                                 .detail = "Some parameters are wrong: see errors.",
                                 .errors = reader.errors()});
}

}  // namespace postern::api
