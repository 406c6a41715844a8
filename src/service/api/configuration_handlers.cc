#include "service/api/configuration_handlers.h"

namespace postern::api {

ConfigurationHandlers::ConfigurationHandlers(Needs needs)
    : editor(needs.editor),
      accounts(editor),
      gateway(std::move(needs.gateway)),
      domains({needs.editor.shard, editor, std::move(needs.fresh_lookups), std::move(needs.names)}),
      routes(editor),
      senders({needs.editor.shard, needs.editor.writes, editor}),
      tasks({needs.editor.shard, needs.reads}),
      policies({needs.editor.shard, needs.reads, editor}),
      exceptions({needs.editor.shard, editor}),
      explain({needs.editor.shard, needs.lookups, needs.sts, std::move(needs.route)}) {}

void declare_configuration(Operations& operations, ConfigurationHandlers* handlers) {
  const bool there = handlers != nullptr;
  declare_accounts(operations, there ? &handlers->accounts : nullptr);
  declare_gateway(operations, there ? &handlers->gateway : nullptr);
  declare_domains(operations, there ? &handlers->domains : nullptr);
  declare_routes(operations, there ? &handlers->routes : nullptr);
  declare_senders(operations, there ? &handlers->senders : nullptr);
  declare_tasks(operations, there ? &handlers->tasks : nullptr);
  declare_policies(operations, there ? &handlers->policies : nullptr);
  declare_exceptions(operations, there ? &handlers->exceptions : nullptr);
  declare_explain(operations, there ? &handlers->explain : nullptr);
}

}  // namespace postern::api
