#include "service/delivery/find_route.h"

#include <utility>
#include <vector>

namespace postern::delivery {

namespace {

net::Task<void> ask(Answerers answerers, route::Question question, base::Deadline deadline,
                    route::AnyAnswer& answer) {
  resolver::Lookups& lookups = answerers.lookups;
  switch (question.type) {
    case route::RecordType::mx:
      answer = co_await lookups.mx(question.name, deadline);
      break;
    case route::RecordType::a:
      answer = co_await lookups.a(question.name, deadline);
      break;
    case route::RecordType::aaaa:
      answer = co_await lookups.aaaa(question.name, deadline);
      break;
    case route::RecordType::tlsa:
      answer = co_await lookups.tlsa(question.name, deadline);
      break;
    case route::RecordType::txt:
      answer = co_await lookups.txt(question.name, deadline);
      break;
    case route::RecordType::cname:
      answer = co_await lookups.cname(question.name, deadline);
      break;
    case route::RecordType::sts_policy:
      // A lookup without a source of policies does not ask for them.
      // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): see above
      answer = co_await answerers.sts->find(question.name, deadline);
      break;
  }
}

}  // namespace

net::Task<route::RoutePlan> find_route(net::Shard& shard, Answerers answerers, RouteWanted wanted,
                                       base::Deadline deadline) {
  if (answerers.sts == nullptr) wanted.settings.mta_sts = false;
  route::RouteLookup lookup(*wanted.book, wanted.account, wanted.domain, wanted.settings,
                            shard.wall_now());
  while (!lookup.done()) {
    std::vector<route::Question> questions = lookup.open_questions();
    std::vector<route::AnyAnswer> answers(questions.size());
    net::TaskGroup group(shard);
    for (std::size_t i = 0; i < questions.size(); ++i) {
      group.start(ask(answerers, questions[i], deadline, answers[i]));
    }
    co_await group.join();
    for (std::size_t i = 0; i < questions.size(); ++i) {
      lookup.learn(questions[i], std::move(answers[i]));
    }
  }
  co_return lookup.plan();
}

}  // namespace postern::delivery
