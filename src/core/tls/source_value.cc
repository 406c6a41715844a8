#include "core/tls/source_value.h"

namespace postern::tls {

std::string_view source_value(SourceKind kind) {
  switch (kind) {
    case SourceKind::policy:
      return "policy";
    case SourceKind::internal_route:
      return "internal-route";
    case SourceKind::external_route:
      return "external-route";
    case SourceKind::dane:
      return "dane";
    case SourceKind::mta_sts:
      return "mta-sts";
    case SourceKind::requiretls:
      return "requiretls";
    case SourceKind::floor:
      return "floor";
  }
  return "unknown";
}

}  // namespace postern::tls
