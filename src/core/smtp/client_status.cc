#include "core/smtp/client_status.h"

#include "core/base/text.h"
#include "core/base/time.h"

namespace postern::smtp {
namespace {

std::string sentence(std::string_view label, std::string_view verb, std::string_view phrase,
                     std::string_view what) {
  std::string text(label);
  text += ' ';
  text += verb;
  text += " while ";
  text += phrase;
  if (!what.empty()) {
    text += ": ";
    text += what;
  }
  if (!text.ends_with('.')) text += '.';
  return text;
}

// The words of the streams, in those of core/tls/judge.h.
std::string code_of(const base::Failure& failure) {
  if (failure.code == "connection-closed") return "connection-lost";
  if (failure.code == "timeout") return "reply-timeout";
  return failure.code;
}

}  // namespace

queue::Status status_of_reply(const Reply& reply, std::string_view code, std::string_view label,
                              std::string_view phrase) {
  queue::Status status;
  const std::string said = reply.one_line();
  if (reply.permanent() || reply.transient()) {
    status.code = code;
    status.enhanced = reply.permanent() ? "5.0.0" : "4.0.0";
    if (!reply.enhanced.empty()) status.enhanced = reply.enhanced;
    const std::string_view verb = reply.permanent() ? "refused it" : "put it off";
    status.text = sentence(label, verb, phrase, said);
  } else {
    status.code = "reply-malformed";
    status.enhanced = "4.5.0";
    status.text = sentence(label, "gave an answer that does not belong there", phrase, said);
  }
  status.host = label;
  status.diagnostic = said;
  return status;
}

queue::Status status_of_unmet(const tls::Unmet& unmet, std::string_view label) {
  queue::Status status;
  status.code = unmet.reason.code;
  status.enhanced = "4." + std::string(tls::reason_info(unmet.reason.code).enhanced);
  status.text = unmet.reason.sentence;
  status.host = label;
  return status;
}

queue::Status status_of_failure(const base::Failure& failure, std::string_view label,
                                std::string_view phrase) {
  queue::Status status;
  status.code = code_of(failure);
  status.enhanced = "4." + std::string(tls::reason_info(status.code).enhanced);
  status.text = sentence(label, "could not be used", phrase, base::printable(failure.text));
  status.host = label;
  return status;
}

queue::Status status_of_timeout(std::chrono::milliseconds waited, std::string_view label,
                                std::string_view phrase) {
  queue::Status status;
  status.code = "reply-timeout";
  status.enhanced = "4.4.2";
  status.text = sentence(label, "did not answer within " + base::duration_text(waited), phrase, "");
  status.host = label;
  return status;
}

RecipientResult result_of_reply(const Reply& reply, std::string_view code, std::string_view label,
                                std::string_view phrase) {
  const auto fate =
      reply.permanent() ? RecipientResult::Fate::failed : RecipientResult::Fate::deferred;
  return {fate, status_of_reply(reply, code, label, phrase)};
}

RecipientResult failed_for_good(std::string code, std::string enhanced, std::string text) {
  RecipientResult result{RecipientResult::Fate::failed, {}};
  result.status.code = std::move(code);
  result.status.enhanced = std::move(enhanced);
  result.status.text = std::move(text);
  return result;
}

std::string with_class(std::string_view enhanced, char digit) {
  std::string text(enhanced);
  if (!text.empty()) text[0] = digit;
  return text;
}

}  // namespace postern::smtp
