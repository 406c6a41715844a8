#include "io/records/digest.h"

#include "core/base/text.h"
#include "io/crypto/tls.h"

namespace postern::records {

std::string sha256_hex(std::string_view bytes) {
  const std::string digest = crypto::sha256(bytes);
  return base::hex({reinterpret_cast<const unsigned char*>(digest.data()), digest.size()});
}

}  // namespace postern::records
