// JSON of a stranger: as boost::json reads it, with a bound on depth and on memory.
#pragma once

#include <boost/json.hpp>
#include <memory>

#include "core/base/failure.h"

namespace postern::reports {

class BoundedJson {
 public:
  // Failure "invalid-json" says where; "json-too-large".
  [[nodiscard]] static base::Result<BoundedJson> parse(std::string_view text, int depth,
                                                       std::size_t memory);
  [[nodiscard]] const boost::json::value& root() const { return root_; }

 private:
  explicit BoundedJson(boost::json::value root) : root_(std::move(root)) {}
  boost::json::value root_;
};

}  // namespace postern::reports
