// postern queue check | salvage: the queue as files, with or without a running gateway.
#pragma once

#include <string>
#include <vector>

#include "core/base/json_writer.h"
#include "io/spool/stored_queue.h"

namespace CLI {
class App;
}

namespace postern::cli {

struct Context;

void add_queue_file_commands(CLI::App& group, Context& context);

// One a line: file, place, message, and what is wrong.
[[nodiscard]] std::string damage_lines(const std::vector<spool::Damage>& damages);
// The field "damage".
void write_damages(base::JsonWriter& json, const std::vector<spool::Damage>& damages);

}  // namespace postern::cli
