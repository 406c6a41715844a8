// Questions that are under way, and those who wait for them. Private to io/resolver.
//
// Who asks what is being asked already waits for the same answer; libunbound's cache holds the
// answers that have come. Each asker has a deadline of its own; when the last of them has left, the
// question is cancelled. libunbound works on a thread of its own and announces answers through a
// descriptor, on which one wait stands for as long as this lives.
#pragma once

#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/dns/answer.h"
#include "core/dns/wire.h"
#include "io/net/background.h"
#include "io/net/readiness.h"
#include "io/resolver/answer_cache.h"
#include "io/resolver/context.h"

namespace postern::resolver {

class Questions {
 public:
  Questions(net::Shard& shard, Context context, std::chrono::milliseconds timeout);
  ~Questions();  // nobody may be waiting
  Questions(const Questions&) = delete;
  Questions& operator=(const Questions&) = delete;

  [[nodiscard]] net::Task<RawAnswer> ask(dns::Domain name, dns::wire::Type type,
                                         base::Deadline deadline);

 private:
  struct Question;
  class Asker;
  using List = std::list<Question>;

  Question& open(std::string key, const dns::Domain& name, dns::wire::Type type);
  void leave(Question& question);
  void answered(Question& question, int error, const ub_result* result);
  [[nodiscard]] RawAnswer read_result(const Question& question, const ub_result& result) const;
  [[nodiscard]] RawAnswer failed(const Question& question, std::string code,
                                 std::string_view problem) const;
  net::Task<void> pump();

  net::Shard& shard_;
  Context context_;
  std::chrono::milliseconds timeout_;
  AnswerCache cache_;
  List questions_;
  std::unordered_map<std::string, Question*> open_;  // those without an answer
  net::Readiness answers_;  // released before the context goes: its descriptor is the context's
  net::Background pump_;
};

}  // namespace postern::resolver
