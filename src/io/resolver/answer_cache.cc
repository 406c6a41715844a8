#include "io/resolver/answer_cache.h"

#include <utility>

namespace postern::resolver {

void AnswerCache::store(const std::string& key, const RawAnswer& answer, base::Steady now) {
  if (answer.outcome == dns::Outcome::failed || answer.ttl <= std::chrono::seconds(0)) return;
  if (young_.size() >= generation_) old_ = std::exchange(young_, {});
  young_.insert_or_assign(key, Entry{answer, now + answer.ttl});
}

std::optional<RawAnswer> AnswerCache::find(const std::string& key, base::Steady now) {
  auto found = young_.find(key);
  if (found == young_.end()) {
    auto node = old_.extract(key);
    if (node.empty()) return std::nullopt;
    if (node.mapped().until > now && young_.size() >= generation_) old_ = std::exchange(young_, {});
    found = young_.insert(std::move(node)).position;
  }
  const Entry& entry = found->second;
  if (entry.until <= now) {
    young_.erase(found);
    return std::nullopt;
  }
  RawAnswer answer = entry.answer;
  answer.ttl = std::chrono::ceil<std::chrono::seconds>(entry.until - now);
  return answer;
}

}  // namespace postern::resolver
