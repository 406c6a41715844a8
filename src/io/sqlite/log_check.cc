#include "io/sqlite/log_check.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <string_view>

namespace postern::sqlite {
namespace {

constexpr std::size_t kHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::uint32_t kMagic = 0x377f0682;  // the last bit: checksums of big-endian words
constexpr int kCommitsOfOnePowerCut = 1;
constexpr int kTries = 4;

std::uint32_t big(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

struct Sum {
  std::uint32_t first = 0, second = 0;
  bool operator==(const Sum&) const = default;
};
Sum sum_at(std::string_view bytes, std::size_t at) { return {big(bytes, at), big(bytes, at + 4)}; }

using Header = std::array<char, kHeaderBytes>;

class Log {
 public:
  explicit Log(const std::string& path) : file_(path, std::ios::binary) {}

  bool read_header() {
    file_.clear();
    file_.seekg(0);
    file_.read(header_.data(), kHeaderBytes);
    const std::string_view bytes(header_.data(), kHeaderBytes);
    if (!file_ || (big(bytes, 0) & ~1u) != kMagic) return false;
    is_big_ = (big(bytes, 0) & 1u) != 0;
    page_bytes_ = big(bytes, 8);
    salts_ = sum_at(bytes, 16);
    // SQLite takes no log whose own header is torn for one.
    return page_bytes_ >= 512 && page_bytes_ <= 65536 &&
           sum_at(bytes, 24) == add({}, bytes.substr(0, 24));
  }
  [[nodiscard]] const Header& header() const { return header_; }

  // Where it first breaks, and the most commits that stand in one row behind a break. Not all of
  // them: programs that were killed while they wrote leave pieces of one commit each, side by side.
  std::optional<LogDamage> find_break() {
    std::optional<LogDamage> found;
    int in_a_row = 0;
    Sum before = sum_at({header_.data(), kHeaderBytes}, 24);
    std::string frame(kFrameHeaderBytes + page_bytes_, '\0');
    for (std::int64_t at = kHeaderBytes; read(frame);
         at += static_cast<std::int64_t>(frame.size())) {
      if (follows(before, frame)) {
        const bool commits = big(frame, 4) != 0;
        if (found && commits) found->commits = std::max(found->commits, ++in_a_row);
      } else {
        if (!found) found = LogDamage{.offset = at};
        in_a_row = 0;
      }
      before = sum_at(frame, 16);
    }
    return found;
  }

 private:
  [[nodiscard]] bool follows(Sum before, std::string_view frame) const {
    const Sum own = add(add(before, frame.substr(0, 8)), frame.substr(kFrameHeaderBytes));
    return sum_at(frame, 8) == salts_ && own == sum_at(frame, 16);
  }
  bool read(std::string& frame) {
    file_.read(frame.data(), static_cast<std::streamsize>(frame.size()));
    return static_cast<bool>(file_);
  }

  [[nodiscard]] std::uint32_t word(std::string_view bytes, std::size_t at) const {
    const std::uint32_t value = big(bytes, at);
    return is_big_ ? value : __builtin_bswap32(value);
  }
  [[nodiscard]] Sum add(Sum sum, std::string_view bytes) const {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      sum.first += word(bytes, at) + sum.second;
      sum.second += word(bytes, at + 4) + sum.first;
    }
    return sum;
  }

  std::ifstream file_;
  Header header_{};
  bool is_big_ = false;
  std::uint32_t page_bytes_ = 0;
  Sum salts_;
};

}  // namespace

std::optional<LogDamage> check_log(const std::string& path) {
  Log log(path);
  for (int tried = 0; tried < kTries; ++tried) {
    if (!log.read_header()) return std::nullopt;
    const Header before = log.header();
    const auto found = log.find_break();
    if (!found || found->commits <= kCommitsOfOnePowerCut) return std::nullopt;
    // A log that was begun anew meanwhile has new frames before old ones.
    if (!log.read_header() || log.header() != before) continue;
    return found;
  }
  return std::nullopt;
}

}  // namespace postern::sqlite
