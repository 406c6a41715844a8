#include "service/api/evidence_handlers.h"

#include <algorithm>
#include <limits>

#include "io/records/evidence_csv.h"
#include "service/api/mail_convert.h"

namespace postern::api {

namespace {

constexpr std::size_t csv_page = 1000;  // rows in memory at a time

using Rows = base::Result<std::vector<records::EvidenceRow>>;

Outcome<records::EvidenceFilter> filter_of(const Call& call, const EvidenceQuery& query) {
  records::EvidenceFilter filter;
  filter.order = records::EvidenceFilter::Order::newest_first;
  filter.account = call.account->id;
  filter.from = query.from;
  filter.until = query.until;
  auto domain = domain_parameter(query.domain);
  if (!domain) return std::unexpected(domain.error());
  filter.domain = *domain;
  auto message = id_parameter("message", query.message);
  if (!message) return std::unexpected(message.error());
  filter.message = *message;
  filter.hop = query.hop;
  filter.outcome = query.outcome;
  if (query.after && *query.after < 1) {
    return refuse_parameter("after", "after is the next of the page before.");
  }
  filter.after = query.after.value_or(0);
  auto limit = page_limit(query.limit);
  if (!limit) return std::unexpected(limit.error());
  filter.limit = *limit;
  return filter;
}

std::function<Rows(records::Records&)> reading(records::EvidenceFilter filter) {
  return
      [filter = std::move(filter)](records::Records& records) { return records.evidence(filter); };
}

// Reads a page each time that the client has taken the one before.
class EvidenceCsv : public http::BodyStream {
 public:
  EvidenceCsv(net::Shard& shard, Desk& reads, records::EvidenceFilter filter, std::size_t left,
              std::string account)
      : shard_(shard),
        reads_(reads),
        filter_(std::move(filter)),
        left_(left),
        account_(std::move(account)) {}

  net::Task<base::Result<std::string>> next(base::Deadline) override {
    std::string text;
    if (!begun_) text = records::evidence_csv_heading();
    begun_ = true;
    if (left_ == 0) co_return text;
    filter_.limit = std::min(left_, csv_page);
    const std::function<Rows(records::Records&)> work = reading(filter_);
    auto rows = co_await reads_.run(shard_, work);
    if (!rows) co_return std::unexpected(rows.error());
    for (const records::EvidenceRow& row : *rows) {
      text += records::evidence_csv_line(row, account_);
    }
    const bool last = rows->size() < filter_.limit;
    left_ = last ? 0 : left_ - rows->size();
    if (!rows->empty()) filter_.after = rows->back().row;
    co_return text;
  }

 private:
  net::Shard& shard_;
  Desk& reads_;
  records::EvidenceFilter filter_;
  std::size_t left_;
  std::string account_;
  bool begun_ = false;
};

}  // namespace

Handled<Evidence> EvidenceHandlers::list(Call call, EvidenceQuery query) {
  auto filter = filter_of(call, query);
  if (!filter) co_return std::unexpected(filter.error());
  const std::function<Rows(records::Records&)> work = reading(*filter);
  auto rows = co_await needs_.reads.run(needs_.shard, work);
  if (!rows) co_return refuse(rows.error());
  Evidence page;
  for (const records::EvidenceRow& row : *rows) page.items.push_back(shown(row));
  if (rows->size() == filter->limit) page.next = rows->back().row;
  co_return page;
}

net::Task<http::Response> EvidenceHandlers::download(Call call, EvidenceQuery query) {
  const std::optional<std::int64_t> wanted = query.limit;
  auto filter = filter_of(call, query);
  if (!filter) co_return response_of(filter.error());
  const std::size_t left =
      wanted ? static_cast<std::size_t>(*wanted) : std::numeric_limits<std::size_t>::max();
  http::Response response;
  response.content_type = "text/csv; charset=utf-8";
  response.headers["Cache-Control"] = "no-store";
  response.headers["Content-Disposition"] =
      "attachment; filename=\"evidence-" + call.account->name + ".csv\"";
  response.stream = std::make_unique<EvidenceCsv>(needs_.shard, needs_.reads, std::move(*filter),
                                                  left, call.account->name);
  co_return response;
}

void declare_evidence(Operations& operations, EvidenceHandlers* handlers) {
  operations.add<EvidenceQuery, Nothing, Evidence>(
      {Method::get, "/accounts/{account}/evidence", "listEvidence",
       "What was required and what was proved", Access::viewer},
      [handlers](Call call, EvidenceQuery query, Nothing) {
        return handlers->list(std::move(call), std::move(query));
      });
  operations.add_raw<EvidenceQuery>(
      {.method = Method::get,
       .path = "/accounts/{account}/evidence.csv",
       .id = "downloadEvidence",
       .summary = "The same as CSV: all that matches, unless a limit is given",
       .access = Access::viewer,
       .content_type = "text/csv"},
      [handlers](Call call, EvidenceQuery query) {
        return handlers->download(std::move(call), std::move(query));
      });
}

}  // namespace postern::api
