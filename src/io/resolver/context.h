// A libunbound context, set up and ready for questions. Private to io/resolver.
#pragma once

#include <unbound.h>

#include <memory>
#include <string>

#include "core/base/failure.h"
#include "io/resolver/resolver.h"

namespace postern::resolver {

struct DeleteContext {
  void operator()(ub_ctx* context) const { ub_ctx_delete(context); }
};

struct Context {
  std::unique_ptr<ub_ctx, DeleteContext> handle;
  std::string
      upstream;  // "192.0.2.53:53 of /etc/resolv.conf": whom to suspect when nothing answers
};

// Failure "resolver-setup" says which setting or file was refused, and what to do.
[[nodiscard]] base::Result<Context> make_context(const ResolverSettings& settings);

}  // namespace postern::resolver
