#include "io/reports/bounded_json.h"

#include <fmt/core.h>

#include <new>

namespace postern::reports {
namespace {

namespace json = boost::json;

// Hands out so much and no more; the parser lets go of everything when it is told no.
class Budget final : public json::memory_resource {
 public:
  explicit Budget(std::size_t bytes) : left_(bytes) {}

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (bytes > left_) throw std::bad_alloc();
    void* memory = ::operator new(bytes, std::align_val_t{alignment});
    left_ -= bytes;
    return memory;
  }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override {
    ::operator delete(memory, std::align_val_t{alignment});
    left_ += bytes;
  }
  [[nodiscard]] bool do_is_equal(const json::memory_resource& other) const noexcept override {
    return this == &other;
  }
  std::size_t left_;
};

}  // namespace

base::Result<BoundedJson> BoundedJson::parse(std::string_view text, int depth, std::size_t memory) {
  json::parse_options options;
  options.max_depth = static_cast<std::size_t>(depth);
  try {
    json::stream_parser parser(json::make_shared_resource<Budget>(memory), options);
    boost::system::error_code error;
    const std::size_t used = parser.write(text.data(), text.size(), error);
    if (!error) parser.finish(error);
    if (error == json::error::too_deep) {
      return base::fail("invalid-json", fmt::format("It is nested more than {} deep.", depth));
    }
    if (error) {
      return base::fail("invalid-json", fmt::format("This is not JSON: {}, after {} bytes.",
                                                    error.message(), used));
    }
    return BoundedJson(parser.release());
  } catch (const std::bad_alloc&) {
    return base::fail("json-too-large", "It holds more values than any report has.");
  }
}

}  // namespace postern::reports
