#include "io/resolver/questions.h"

#include <fmt/core.h>

#include "core/base/text.h"
#include "io/net/waiter.h"

namespace postern::resolver {
namespace {

constexpr int kClassIn = 1;
constexpr int kServfail = 2;
constexpr int kNxdomain = 3;
constexpr std::size_t kCachedAnswers = 20'000;  // some 10 MB

struct FreeResult {
  void operator()(ub_result* result) const { ub_resolve_free(result); }
};

// A forwarder that strips DNSSEC makes every signed name bogus; that is worth a hint of its own.
std::string_view bogus_hint(std::string_view why) {
  if (why.find("prime") == std::string_view::npos && why.find(" . ") == std::string_view::npos) {
    return "";
  }
  return " Perhaps the DNS server does not pass DNSSEC records on: name another under [resolver] "
         "forwarders, or set iterate = true.";
}

std::string rcode_text(int rcode) {
  static constexpr const char* kNames[] = {"NOERROR",  "FORMERR", "SERVFAIL",
                                           "NXDOMAIN", "NOTIMP",  "REFUSED"};
  if (rcode >= 0 && rcode < 6) return kNames[rcode];
  return fmt::format("error {}", rcode);
}

}  // namespace

struct Questions::Question {
  Question(Questions& questions, const dns::Domain& about, dns::wire::Type of_type, std::string as)
      : owner(questions), name(about), type(of_type), key(std::move(as)) {}

  Questions& owner;
  dns::Domain name;
  dns::wire::Type type;
  std::string key;
  List::iterator self{};
  int id = 0;
  int askers = 0;
  bool done = false;
  RawAnswer answer;
  net::List<net::Waiter> waiting;
};

// Counts somebody in for as long as the coroutine that holds it lives.
class Questions::Asker {
 public:
  Asker(Questions& questions, Question& question) : questions_(questions), question_(question) {
    ++question_.askers;
  }
  ~Asker() { questions_.leave(question_); }
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

 private:
  Questions& questions_;
  Question& question_;
};

Questions::Questions(net::Shard& shard, Context context, std::chrono::milliseconds timeout)
    : shard_(shard),
      context_(std::move(context)),
      timeout_(timeout),
      cache_(kCachedAnswers),
      answers_(shard, ub_fd(context_.handle.get())),
      pump_(pump()) {}

Questions::~Questions() = default;

net::Task<void> Questions::pump() {
  for (;;) {
    // Collects every answer that has come; the descriptor is then empty, as the next wait demands.
    ub_process(context_.handle.get());
    net::Waiter arrival = answers_.next(net::Direction::read, {});
    (void)co_await arrival;
  }
}

Questions::Question& Questions::open(std::string key, const dns::Domain& name,
                                     dns::wire::Type type) {
  if (const auto found = open_.find(key); found != open_.end()) return *found->second;
  questions_.emplace_front(*this, name, type, std::move(key));
  Question& question = questions_.front();
  question.self = questions_.begin();
  const auto callback = [](void* asked, int error, ub_result* result) {
    const std::unique_ptr<ub_result, FreeResult> owned(result);
    auto& about = *static_cast<Question*>(asked);
    about.owner.answered(about, error, result);
  };
  const int error =
      ub_resolve_async(context_.handle.get(), question.name.text().c_str(), static_cast<int>(type),
                       kClassIn, &question, callback, &question.id);
  if (error != 0) {
    question.done = true;
    question.answer = failed(question, "dns-servfail", ub_strerror(error));
  } else if (!question.done) {
    open_.emplace(question.key, &question);
  }
  return question;
}

void Questions::leave(Question& question) {
  if (--question.askers > 0) return;
  if (!question.done) {
    ub_cancel(context_.handle.get(), question.id);  // its callback will not be called any more
    open_.erase(question.key);
  }
  questions_.erase(question.self);
}

void Questions::answered(Question& question, int error, const ub_result* result) {
  open_.erase(question.key);
  question.done = true;
  if (error != 0 || result == nullptr) {
    question.answer = failed(question, "dns-servfail", ub_strerror(error));
  } else {
    question.answer = read_result(question, *result);
    cache_.store(question.key, question.answer, shard_.now());
  }
  net::wake_all(question.waiting, net::Wake::ready);
}

RawAnswer Questions::failed(const Question& question, std::string code,
                            std::string_view problem) const {
  RawAnswer answer;
  answer.canonical = question.name;
  answer.code = std::move(code);
  answer.why = fmt::format("Looking up {} of {} failed: {}.", dns::wire::type_name(question.type),
                           question.name.text(), problem);
  return answer;
}

RawAnswer Questions::read_result(const Question& question, const ub_result& result) const {
  // Before anything else: what is bogus may well carry data.
  if (result.bogus != 0) {
    const std::string why = base::printable(result.why_bogus == nullptr ? "" : result.why_bogus);
    RawAnswer answer =
        failed(question, "dnssec-bogus", "its DNSSEC signatures do not hold: " + why);
    answer.why += bogus_hint(why);
    answer.security = dns::Security::bogus;
    return answer;
  }
  if (result.rcode != 0 && result.rcode != kNxdomain) {
    return failed(question, "dns-servfail",
                  fmt::format("{} answered {}{}", context_.upstream, rcode_text(result.rcode),
                              result.rcode == kServfail ? ", or did not answer" : ""));
  }
  RawAnswer answer;
  answer.security = result.secure != 0 ? dns::Security::secure : dns::Security::insecure;
  answer.ttl = std::chrono::seconds(std::max(result.ttl, 0));
  answer.canonical = question.name;
  if (result.canonname != nullptr) {
    auto canonical = dns::Domain::from_ascii(result.canonname);
    if (!canonical) return failed(question, "dns-malformed", "its CNAME leads to no host name");
    answer.canonical = std::move(*canonical);
  }
  if (result.havedata == 0) {
    const std::span packet(static_cast<const std::uint8_t*>(result.answer_packet),
                           static_cast<std::size_t>(result.answer_len));
    if (result.rcode != kNxdomain && dns::wire::is_referral(packet)) {
      return failed(question, "dns-servfail",
                    context_.upstream + " named other servers instead of asking them");
    }
    answer.outcome = result.rcode == kNxdomain ? dns::Outcome::nxdomain : dns::Outcome::no_data;
    return answer;
  }
  answer.outcome = dns::Outcome::ok;
  for (std::size_t i = 0; result.data[i] != nullptr; ++i) {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(result.data[i]);
    answer.records.emplace_back(begin, begin + result.len[i]);
  }
  return answer;
}

net::Task<RawAnswer> Questions::ask(dns::Domain name, dns::wire::Type type,
                                    base::Deadline deadline) {
  if (name.empty()) {
    RawAnswer answer;
    answer.code = "dns-malformed";
    answer.why = "An empty name cannot be looked up.";
    co_return answer;
  }
  std::string key = fmt::format("{} {}", static_cast<int>(type), name.text());
  if (auto known = cache_.find(key, shard_.now())) co_return std::move(*known);
  Question& question = open(std::move(key), name, type);
  const Asker asker(*this, question);
  if (question.done) co_return question.answer;
  net::Waiter waiter(shard_, deadline.no_later_than(shard_.now() + timeout_), &question.waiting);
  const net::Wake why = co_await waiter;
  if (why == net::Wake::ready) co_return question.answer;
  if (why == net::Wake::cancelled) {
    co_return failed(question, "cancelled", "it was stopped on this side");
  }
  co_return failed(question, "dns-timeout",
                   fmt::format("{} did not answer in time. Check the network, or name other DNS "
                               "servers under [resolver] forwarders",
                               context_.upstream));
}

}  // namespace postern::resolver
