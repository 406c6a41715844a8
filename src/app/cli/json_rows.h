// Many JSON objects, printed as they come: one a line, or an array with one a line.
#pragma once

#include <ostream>
#include <string_view>

namespace postern::cli {

class JsonRows {
 public:
  enum class Shape { lines, array };
  JsonRows(std::ostream& out, Shape shape) : out_(out), shape_(shape) {}

  void add(std::string_view object) {
    if (shape_ == Shape::array) out_ << (empty_ ? "[\n" : ",\n");
    empty_ = false;
    out_ << object;
    if (shape_ == Shape::lines) out_ << '\n';
  }
  void finish() {
    if (shape_ == Shape::array) out_ << (empty_ ? "[]\n" : "\n]\n");
  }

 private:
  std::ostream& out_;
  Shape shape_;
  bool empty_ = true;
};

}  // namespace postern::cli
