// One mail transaction on the server: the sender, the recipients and, when the data comes, the
// copies they need. A copy is an account's; its recipients are grouped by destination (domain and
// leg), since that is what the queue schedules.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/smtp/server_content.h"
#include "core/smtp/server_steps.h"

namespace postern::smtp {

class ServerTransaction {
 public:
  void begin(MailCommand mail, SenderAdmission admission);
  void reset() { *this = {}; }

  [[nodiscard]] bool open() const { return open_; }
  [[nodiscard]] bool smtputf8() const { return mail_.smtputf8; }
  [[nodiscard]] bool from_inside() const {
    return admission_.kind == SenderAdmission::Kind::internal;
  }
  [[nodiscard]] std::string sender() const;
  [[nodiscard]] std::size_t recipients() const { return recipients_; }
  [[nodiscard]] std::size_t accounts() const { return copies_.size(); }
  // Would this recipient need one copy more?
  [[nodiscard]] bool is_new_account(base::AccountId account) const;

  // A recipient that is there already is counted, and mailed once.
  void add(const RcptCommand& rcpt, const RecipientAdmission& admission);

  // The only recipient of a copy, for its Received field; "" if there are several.
  [[nodiscard]] std::string only_recipient(std::size_t copy) const;
  // The copies with their envelopes; the transaction is empty afterwards.
  [[nodiscard]] std::vector<MessageCopy> take(const Begun& begun, const ServerContent& content,
                                              const std::vector<std::int64_t>& sizes,
                                              const std::string& from_host);

 private:
  bool open_ = false;
  MailCommand mail_;
  SenderAdmission admission_;
  std::size_t recipients_ = 0;
  std::vector<MessageCopy> copies_;
};

}  // namespace postern::smtp
