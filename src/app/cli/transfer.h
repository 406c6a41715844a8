// Import and export of one kind of objects: what all kinds do in the same way, and what each
// answers for itself.
//
// An object belongs to its account and is known there by its identity. A line that names one that
// is there changes nothing if it would be exported the same; with --update it changes, else it is
// refused. No secret is exported; an object that is there keeps its own.
#pragma once

#include <expected>
#include <ostream>
#include <unordered_map>

#include "app/cli/import.h"
#include "app/cli/json_rows.h"
#include "app/cli/table.h"
#include "core/base/json_writer.h"

namespace postern::cli {

struct Refusal {
  std::string verdict = "Invalid Line";
  std::string why;
};

template <class Object>
class Kind {
 public:
  virtual ~Kind() = default;
  [[nodiscard]] virtual std::string_view first_column() const = 0;
  [[nodiscard]] virtual std::span<const Field<Object>> fields() const = 0;  // the other columns
  // The account's, in the order of the export.
  [[nodiscard]] virtual std::vector<Object> all(const RecordsSession& session) const = 0;
  [[nodiscard]] virtual std::string name(const Object& object) const = 0;  // the first column
  // What tells it from all others of the account.
  [[nodiscard]] virtual std::string identity(const Object& object) const { return name(object); }
  // A new object, from the text of the first column; the fields are set afterwards.
  [[nodiscard]] virtual std::expected<Object, Refusal> begin(std::string_view name,
                                                             const FieldTexts& fields) const = 0;
  // The last word on an object whose fields are set; `before` is what was there, or null.
  [[nodiscard]] virtual base::Result<> finish(Object& object, const Object* before) const {
    (void)object, (void)before;
    return {};
  }
  // What remains to be done for an object that was taken; "": nothing.
  [[nodiscard]] virtual std::string remark(const Object&) const { return {}; }
  [[nodiscard]] virtual std::string duplicate() const { return "Duplicate Line"; }
  [[nodiscard]] virtual bool same(const Object& a, const Object& b) const {
    return std::ranges::all_of(fields(), [&](const Field<Object>& field) {
      return base::trim(field.write(a)) == base::trim(field.write(b));
    });
  }
  [[nodiscard]] virtual base::Result<> put(records::Change& change, Object object) const = 0;
  // The object in JSON, without the braces.
  virtual void describe(base::JsonWriter& json, const RecordsSession& session,
                        const Object& object) const = 0;
};

// What put() is for an object that the records know as it is.
template <class Object>
[[nodiscard]] base::Result<> put_in(records::Change& change, Object object) {
  auto id = change.put(std::move(object));
  if (!id) return std::unexpected(id.error());
  return {};
}

template <class Object>
class KindTarget final : public ImportTarget {
 public:
  KindTarget(const Kind<Object>& kind, const RecordsSession& session, const ImportOptions& options,
             records::Change& change)
      : kind_(kind), options_(options), change_(change), objects_(kind.all(session)) {
    for (const Object& one : objects_) known_.try_emplace(kind_.identity(one), Known{&one, 0});
  }

  std::string_view first_column() const override { return kind_.first_column(); }
  bool has_column(std::string_view name) const override {
    return field_named(kind_.fields(), name) != nullptr;
  }

  base::Result<Taken> take(std::int64_t line, std::string_view name,
                           const FieldTexts& fields) override {
    auto fresh = kind_.begin(name, fields);
    if (!fresh) {
      return refused(base::printable(name, 120), fresh.error().verdict, fresh.error().why);
    }
    if (auto applied = apply_fields(*fresh, kind_.fields(), fields); !applied) {
      return refused(kind_.name(*fresh), "Invalid Line", applied.error().text);
    }
    Known& known = known_[kind_.identity(*fresh)];
    if (known.line != 0) {
      return refused(kind_.name(*fresh), kind_.duplicate(),
                     fmt::format("Line {} names it already.", known.line));
    }
    known.line = line;
    if (known.object != nullptr) return take_known(*known.object, fields);
    return put(*std::move(fresh), nullptr, Effect::added);
  }

 private:
  struct Known {
    const Object* object = nullptr;  // that was there before
    std::int64_t line = 0;           // of this input; 0: not seen yet
  };

  static Taken refused(std::string name, std::string verdict, std::string why) {
    return {Effect::refused, std::move(name), std::move(verdict), std::move(why)};
  }

  base::Result<Taken> take_known(const Object& old, const FieldTexts& fields) {
    Object wanted = old;
    (void)apply_fields(wanted, kind_.fields(), fields);  // it went well for the fresh one
    return put(std::move(wanted), &old, Effect::changed);
  }

  base::Result<Taken> put(Object object, const Object* before, Effect effect) {
    const std::string name = kind_.name(object);
    if (auto finished = kind_.finish(object, before); !finished) {
      return refused(name, "Invalid Line", finished.error().text);
    }
    if (before != nullptr && kind_.same(object, *before)) {
      return Taken{Effect::unchanged, name, "", kind_.remark(*before)};
    }
    if (before != nullptr && !options_.update) return refused_known(name, object, *before);
    std::string remark = kind_.remark(object);
    auto put = kind_.put(change_, std::move(object));
    if (put) return Taken{effect, name, "", std::move(remark)};
    if (put.error().code == "records-busy" || put.error().code == "records-error") {
      return std::unexpected(put.error());
    }
    return refused(name, "Invalid Line", put.error().text);
  }

  Taken refused_known(const std::string& name, const Object& wanted, const Object& old) {
    std::string others;
    for (const Field<Object>& field : kind_.fields()) {
      if (field.write(wanted) == field.write(old)) continue;
      others += fmt::format("{}{}", others.empty() ? "" : ", ", field.name);
    }
    return refused(name, kind_.duplicate(),
                   fmt::format("It is there already, with other settings ({}); --update would "
                               "change them.",
                               others));
  }

  const Kind<Object>& kind_;
  const ImportOptions& options_;
  records::Change& change_;
  std::vector<Object> objects_;
  std::unordered_map<std::string, Known> known_;
};

template <class Object>
int import_objects(Context& context, const Kind<Object>& kind, const ImportOptions& options,
                   RecordsSession& session) {
  return import_lines(context, options, session, [&](records::Change& change) {
    return std::make_unique<KindTarget<Object>>(kind, session, options, change);
  });
}

template <class Object>
[[nodiscard]] std::string json_of(const Kind<Object>& kind, const RecordsSession& session,
                                  const Object& object) {
  base::JsonWriter json;
  json.begin_object();
  kind.describe(json, session, object);
  json.end_object();
  return std::move(json).take();
}

// A JSON array with one object a line.
template <class Object>
void print_objects(Context& context, const Kind<Object>& kind, const RecordsSession& session,
                   const std::vector<Object>& objects) {
  JsonRows rows(context.out, JsonRows::Shape::array);
  for (const Object& one : objects) rows.add(json_of(kind, session, one));
  rows.finish();
}

template <class Object>
int export_objects(Context& context, const Kind<Object>& kind, const RecordsSession& session) {
  const std::vector<Object> objects = kind.all(session);
  if (context.json) {
    print_objects(context, kind, session, objects);
    return exit_ok;
  }
  context.out << kind.first_column();
  for (const Field<Object>& field : kind.fields()) context.out << ',' << field.name;
  context.out << "\r\n";
  for (const Object& one : objects) {
    context.out << csv_cell(kind.name(one));
    for (const Field<Object>& field : kind.fields()) {
      context.out << ',' << csv_cell(field.write(one));
    }
    context.out << "\r\n";
  }
  return exit_ok;
}

// One object: JSON, or a heading and a line for each field.
template <class Object>
int show_object(Context& context, const Kind<Object>& kind, const RecordsSession& session,
                const Object& object, std::string_view heading) {
  if (context.json) {
    context.out << json_of(kind, session, object) << "\n";
    return exit_ok;
  }
  context.out << heading << "\n";
  for (const Field<Object>& field : kind.fields()) {
    const std::string value = base::printable(field.write(object), 4096);
    context.out << fmt::format("  {:<17}  {}\n", field.name, value.empty() ? "-" : value);
  }
  return exit_ok;
}

}  // namespace postern::cli
