// What most commands over the records begin with: the records, their configuration, the account.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/cli/cli.h"

namespace postern::cli {

struct RecordsSession {
  std::unique_ptr<records::Records> records;
  policy::Configuration configuration;
  policy::Account account;
};

[[nodiscard]] base::Result<RecordsSession> open_session(const Context& context);

// Runs `edit` inside one change and finishes it; nothing changes when it fails.
[[nodiscard]] base::Result<> change_records(
    const Context& context, RecordsSession& session,
    const std::function<base::Result<>(records::Change&)>& edit);

// Finishes a change, and waits until a running gateway has it in force.
[[nodiscard]] base::Result<> finish_change(const Context& context, RecordsSession& session,
                                           records::Change& change);

[[nodiscard]] base::Instant now();

// A time as people give it to --from and --until; empty: none. Failure "usage".
[[nodiscard]] base::Result<std::optional<base::Instant>> read_moment(const std::string& text);

// The whole of a small file, or of standard input for "-". Failure names the file.
[[nodiscard]] base::Result<std::string> read_text(const Context& context, const std::string& file);
// The first line of it, for passwords; they never stand in an argument.
[[nodiscard]] base::Result<std::string> read_secret(const Context& context,
                                                    const std::string& file);

}  // namespace postern::cli
