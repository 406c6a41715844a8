#include "io/zip/gzip.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <stdexcept>

namespace postern::zip {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;  // a gzip header and trailer, no zlib or raw deflate

using Ended = decltype([](z_stream* stream) { inflateEnd(stream); });
using Finished = decltype([](z_stream* stream) { deflateEnd(stream); });

// zlib reads through a pointer that is not const, and does not write through it.
Bytef* input(std::string_view bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipOnly, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<z_stream, Finished> owned(&stream);
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = input(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::logic_error("deflateBound lied");
  out.resize(stream.total_out);
  return out;
}

base::Result<std::string> gunzip(std::string_view bytes, Bounds bounds) {
  const auto broken = [](std::string_view why) {
    return base::fail("gzip-broken", fmt::format("The gzip data cannot be read: {}.", why));
  };
  if (bytes.size() > bounds.compressed) {
    return base::fail("gzip-too-large",
                      fmt::format("It has more than {} bytes of gzip data.", bounds.compressed));
  }
  z_stream stream{};
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, Ended> owned(&stream);
  stream.next_in = input(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());

  std::string out;
  std::array<char, 64 << 10> block;
  for (int state = Z_OK; state != Z_STREAM_END;) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    state = inflate(&stream, Z_NO_FLUSH);
    if (state == Z_MEM_ERROR) throw std::bad_alloc();
    const std::size_t made = block.size() - stream.avail_out;
    if (out.size() + made > bounds.inflated) {
      return base::fail("gzip-too-large",
                        fmt::format("Inflated, it has more than {} bytes.", bounds.inflated));
    }
    out.append(block.data(), made);
    if (state == Z_BUF_ERROR || (state == Z_OK && stream.avail_in == 0 && made == 0)) {
      return broken("it ends in its middle");
    }
    if (state != Z_OK && state != Z_STREAM_END) {
      return broken(stream.msg != nullptr ? stream.msg : "its format is unknown");
    }
  }
  if (stream.avail_in != 0) return broken("something follows its end");
  return out;
}

}  // namespace postern::zip
