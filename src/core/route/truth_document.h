// The golden truth table of what is published, as a page that a person can read: for every policy
// of an account, every state of DANE and of MTA-STS, and every way in which a host can present
// itself, what becomes of a message. It is computed by the engine that delivers, from the same
// kinds of facts, and the copy in docs/ is compared with it on every test run: a changed cell is a
// changed promise.
#pragma once

#include <string>

namespace postern::route {

[[nodiscard]] std::string truth_document();  // Markdown

}  // namespace postern::route
