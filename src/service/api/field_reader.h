// Turns the texts of a request's fields into values of the configuration, and collects every
// mistake with its place, so that a form can mark all of them at once.
//
//   FieldReader fields;
//   route.domain = fields.domain("#/domain", input.domain);
//   fields.check(route);                       // core/policy/validate.h
//   if (fields.failed()) return fields.problem();
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/policy/validate.h"
#include "service/api/problem.h"

namespace postern::api {

class FieldReader {
 public:
  // On a mistake: an empty value, and a complaint.
  dns::Domain domain(std::string pointer, std::string_view text);
  std::vector<dns::Domain> domains(const std::string& pointer,
                                   const std::vector<std::string>& texts);
  std::vector<tls::HostPattern> patterns(const std::string& pointer,
                                         const std::vector<std::string>& texts);
  std::vector<tls::Sha256> digests(const std::string& pointer,
                                   const std::vector<std::string>& texts);
  std::optional<tls::Sha256> digest(std::string pointer, std::string_view text);
  std::optional<policy::Scope> scope(std::string pointer, std::string_view text);
  base::Duration duration(std::string pointer, std::string_view text);
  // A whole number between these.
  std::int64_t number(std::string pointer, std::int64_t value, std::int64_t least,
                      std::int64_t most);

  void complain(std::string pointer, std::string detail);
  void complain(std::string pointer, const base::Failure& failure);
  // Of an object that was read without a mistake, what is wrong with it as a whole.
  template <class Object>
  void check(const Object& object) {
    if (failed()) return;
    auto checked = policy::check(object);
    if (!checked) complain("#/" + checked.error().field, checked.error().failure);
  }

  [[nodiscard]] bool failed() const { return !problem_.errors.empty(); }
  // 422 with every field at fault.
  [[nodiscard]] std::unexpected<Problem> problem() const { return std::unexpected(problem_); }

 private:
  Problem problem_{.status = 422, .code = "invalid-request", .detail = ""};
};

// An object's number in a path; nothing for what is no number.
[[nodiscard]] std::optional<std::int64_t> id_of(std::string_view text);

}  // namespace postern::api
