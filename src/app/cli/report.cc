#include "app/cli/report.h"

#include <ostream>

#include "core/base/json_writer.h"

namespace postern::cli {

void Report::add(std::string domain, std::string result, std::string text) {
  refused_ += result == "refused" ? 1 : 0;
  done_.push_back({std::move(domain), std::move(result), std::move(text)});
}

void Report::refuse(std::string domain, const base::Failure& failure) {
  add(std::move(domain), "refused", failure.text);
}

int Report::print() const {
  base::JsonWriter json;
  json.begin_array();
  for (const Done& one : done_) {
    json.begin_object().field("domain", one.domain).field("result", one.result);
    json.field("text", one.text).end_object();
    if (context_.json) continue;
    if (one.result == "refused") {
      context_.err << "postern: " << one.text << "\n";
    } else {
      context_.out << one.text << "\n";
    }
  }
  json.end_array();
  if (context_.json) context_.out << json.text() << "\n";
  if (refused_ == 0) return exit_ok;
  return refused_ == done_.size() ? exit_failed : exit_partly;
}

}  // namespace postern::cli
