#include "io/records/evidence.h"

#include <fmt/core.h>

#include <boost/json.hpp>

#include "core/tls/source_value.h"
#include "io/records/describe.h"
#include "io/records/evidence_sums.h"
#include "io/records/evidence_words.h"

namespace postern::records {
namespace {

constexpr std::string_view kColumns =
    "time, took, seen_by, account, message, delivery, hop, domain, peer_host, peer_address, "
    "required, sources, met, would_fail, used_exception, version, cipher, key_group, "
    "certificate_sha256, issuer, expiry, matched_name, method, outcome, reason, detail";

constexpr tls::AuthMethod kMethods[] = {tls::AuthMethod::none, tls::AuthMethod::pkix,
                                        tls::AuthMethod::dane, tls::AuthMethod::pin};
constexpr tls::SourceKind kSources[] = {
    tls::SourceKind::policy, tls::SourceKind::internal_route, tls::SourceKind::external_route,
    tls::SourceKind::dane,   tls::SourceKind::mta_sts,        tls::SourceKind::requiretls,
    tls::SourceKind::floor};
using Fate = tls::Considered::Fate;
constexpr Fate kFates[] = {Fate::joined, Fate::monitored, Fate::lost, Fate::waived, Fate::absent};

std::string text_at(const boost::json::object& line, std::string_view name) {
  const auto* value = line.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

std::optional<tls::Considered> source_of(const boost::json::object& line) {
  const std::string word = text_at(line, "kind");
  auto kind = value_of(kSources, &tls::source_value, word);
  if (!kind) kind = value_of(kSources, &tls::source_text, word);  // as it was written at first
  const auto fate = value_of(kFates, &tls::fate_text, text_at(line, "fate"));
  const auto mode = tls::parse_mode(text_at(line, "mode"));
  const auto* id = line.if_contains("id");
  if (!kind || !fate || !mode || id == nullptr || !id->is_int64()) return std::nullopt;
  return tls::Considered{
      {*kind, id->get_int64(), text_at(line, "name")}, *mode, *fate, text_at(line, "rule")};
}

std::vector<tls::Considered> read_sources(Query& row, std::string_view text) {
  std::vector<tls::Considered> sources;
  boost::system::error_code error;
  const auto parsed = boost::json::parse({text.data(), text.size()}, error);
  if (error || !parsed.is_array()) {
    row.reject(fmt::format("sources of evidence row {}", row.integer(0)));
    return sources;
  }
  for (const auto& line : parsed.get_array()) {
    auto source = line.is_object() ? source_of(line.get_object()) : std::nullopt;
    if (!source) {
      row.reject(fmt::format("a source of evidence row {}", row.integer(0)));
      return sources;
    }
    sources.push_back(*std::move(source));
  }
  return sources;
}

// Reads the columns from left to right, the row number first.
class Reader {
 public:
  explicit Reader(Query& row) : row_(row) {}
  std::int64_t integer() { return row_.integer(column_++); }
  bool truth() { return integer() != 0; }
  std::string text() { return std::string(row_.text(column_++)); }
  std::vector<tls::Considered> sources() { return read_sources(row_, row_.text(column_++)); }
  template <class Value, std::size_t n>
  Value word(const Value (&values)[n], std::string_view (*text_of)(Value)) {
    return known(value_of(values, text_of, row_.text(column_++)));
  }
  template <class Value>
  Value word(std::optional<Value> (*parse)(std::string_view)) {
    return known(parse(row_.text(column_++)));
  }

 private:
  template <class Value>
  Value known(std::optional<Value> value) {
    if (!value) row_.reject(fmt::format("a word of evidence row {}", row_.integer(0)));
    return value.value_or(Value{});
  }
  Query& row_;
  int column_ = 0;
};

EvidenceRow read_row(Query& query) {
  Reader row(query);
  EvidenceRow read;
  queue::Attempt& attempt = read.attempt;
  read.row = row.integer();
  attempt.time = base::instant(row.integer());
  attempt.took = base::Duration(row.integer());
  attempt.node = row.text();
  attempt.account = {row.integer()};
  attempt.message = {row.integer()};
  attempt.delivery = {row.integer()};
  attempt.hop = row.word(kHops, &queue::hop_text);
  attempt.domain = row.text();
  attempt.peer_host = row.text();
  attempt.peer_address = row.text();
  attempt.required = row.word(&tls::parse_mode);
  attempt.sources = row.sources();
  attempt.met = row.truth();
  attempt.would_fail = row.text();
  attempt.used_exception = row.truth();
  const std::string version = row.text();
  attempt.version = tls::parse_version(version).value_or(tls::Version::none);
  attempt.cipher = row.text();
  attempt.group = row.text();
  attempt.certificate_sha256 = row.text();
  attempt.issuer = row.text();
  attempt.expiry = row.text();
  attempt.matched_name = row.text();
  attempt.method = row.word(kMethods, &tls::method_text);
  attempt.outcome = row.word(kOutcomes, &queue::outcome_text);
  attempt.reason = row.text();
  attempt.detail = row.text();
  return read;
}

enum class Written { now, before };

base::Result<Written> write_one(Database& database, const std::string& node, std::int64_t sequence,
                                const queue::Attempt& attempt) {
  static const std::string sql = fmt::format(
      "INSERT INTO evidence (node, sequence, {}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
      "$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28) "
      "ON CONFLICT (node, sequence) DO NOTHING",
      kColumns);
  base::JsonWriter sources;
  describe(sources, attempt.sources);
  Query q = database.query(sql);
  q.lend(node).bind(sequence);
  q.bind(base::micros(attempt.time)).bind(attempt.took.count()).lend(attempt.node);
  q.bind(attempt.account.value).bind(attempt.message.value).bind(attempt.delivery.value);
  q.lend(queue::hop_text(attempt.hop)).lend(attempt.domain);
  q.lend(attempt.peer_host).lend(attempt.peer_address);
  q.lend(tls::api_value(attempt.required)).lend(sources.text()).bind(attempt.met);
  q.lend(attempt.would_fail).bind(attempt.used_exception);
  q.lend(tls::version_text(attempt.version)).lend(attempt.cipher).lend(attempt.group);
  q.lend(attempt.certificate_sha256).lend(attempt.issuer).lend(attempt.expiry);
  q.lend(attempt.matched_name).lend(tls::method_text(attempt.method));
  q.lend(queue::outcome_text(attempt.outcome)).lend(attempt.reason).lend(attempt.detail);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return q.changed_rows() > 0 ? Written::now : Written::before;
}

// The conditions of a query, and the values of their parameters.
class Conditions {
 public:
  // Keeps a value and returns its parameter: "$3".
  std::string place(std::int64_t value) { return place({value, {}}); }
  std::string place(std::string_view value) { return place({std::nullopt, std::string(value)}); }
  void where(std::string_view condition) {
    sql_ += sql_.empty() ? " WHERE " : " AND ";
    sql_ += condition;
  }
  [[nodiscard]] const std::string& sql() const { return sql_; }
  void bind_to(Query& query) const {
    for (const auto& value : values_) {
      if (value.number) {
        query.bind(*value.number);
      } else {
        query.bind(value.text);
      }
    }
  }

 private:
  struct Value {
    std::optional<std::int64_t> number;
    std::string text;
  };
  std::string place(Value value) {
    values_.push_back(std::move(value));
    return fmt::format("${}", values_.size());
  }
  std::string sql_;
  std::vector<Value> values_;
};

void add_filter(const EvidenceFilter& filter, Conditions& c) {
  if (filter.account) c.where("account = " + c.place(filter.account->value));
  if (filter.from) c.where("time >= " + c.place(base::micros(*filter.from)));
  if (filter.until) c.where("time < " + c.place(base::micros(*filter.until)));
  if (!filter.domain.empty()) c.where("domain = " + c.place(filter.domain));
  if (filter.message) {
    c.where("message = " + c.place(filter.message->value));
    c.where("message <> 0");  // so that the partial index serves
  }
  if (filter.hop) c.where("hop = " + c.place(queue::hop_text(*filter.hop)));
  if (filter.outcome) c.where("outcome = " + c.place(queue::outcome_text(*filter.outcome)));
}

// The index that serves a filter. Named, because without figures SQLite takes any equality for a
// rare one, and would search an account's whole evidence for one message.
std::string_view index_for(const EvidenceFilter& filter) {
  if (filter.message) return "evidence_message";
  if (!filter.domain.empty()) return filter.account ? "evidence_partner" : "evidence_domain";
  return filter.account ? "evidence_account" : "evidence_time";
}

// Pages go by (time, row), which the indices hold in order: no page costs more than the one before.
base::Result<> add_page(Database& database, const EvidenceFilter& filter, Conditions& c) {
  if (filter.after == 0) return {};
  std::optional<std::int64_t> time;
  Query q = database.query("SELECT time FROM evidence WHERE row = $1", filter.after);
  while (q.next()) time = q.integer(0);
  if (auto done = q.finish(); !done) return done;
  const bool forward = filter.order == EvidenceFilter::Order::oldest_first;
  if (time) {
    const std::string place = c.place(*time);
    c.where(
        fmt::format("(time, row) {} ({}, {})", forward ? '>' : '<', place, c.place(filter.after)));
  } else if (!forward) {
    // Forgotten meanwhile, so it was older than all that is left: nothing comes before it.
    c.where("1 = 0");
  }
  return {};
}

// The columns as they are, but for the sources, which cost more to read than all the others.
std::string columns_for_sums() {
  std::string columns(kColumns);
  const std::string_view sources = " sources,";
  columns.replace(columns.find(sources), sources.size(), " '[]',");
  return columns;
}

}  // namespace

base::Result<std::vector<std::pair<std::int64_t, queue::Attempt>>> evidence_before(
    Database& database, std::int64_t row, std::int64_t limit) {
  static const std::string sql = fmt::format(
      "SELECT row, {} FROM evidence WHERE row < $1 ORDER BY row DESC LIMIT $2", columns_for_sums());
  std::vector<std::pair<std::int64_t, queue::Attempt>> attempts;
  Query q = database.query(sql, row, limit);
  while (q.next()) {
    EvidenceRow read = read_row(q);
    attempts.emplace_back(read.row, std::move(read.attempt));
  }
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return attempts;
}

base::Result<> write_evidence(Database& database, const std::string& node,
                              std::span<const std::pair<std::int64_t, queue::Attempt>> attempts) {
  auto transaction = Transaction::begin(database, Transaction::Kind::write);
  if (!transaction) return std::unexpected(transaction.error());
  SumKeeper sums;
  for (const auto& [sequence, attempt] : attempts) {
    auto written = write_one(database, node, sequence, attempt);
    if (!written) return std::unexpected(written.error());
    if (*written == Written::now) sums.count(attempt);
  }
  if (auto summed = sums.write(database); !summed) return summed;
  return transaction->commit();
}

base::Result<std::vector<EvidenceRow>> read_evidence(Database& database,
                                                     const EvidenceFilter& filter) {
  auto transaction = Transaction::begin(database, Transaction::Kind::read);
  if (!transaction) return std::unexpected(transaction.error());
  Conditions conditions;
  add_filter(filter, conditions);
  if (auto paged = add_page(database, filter, conditions); !paged) {
    return std::unexpected(paged.error());
  }
  const bool forward = filter.order == EvidenceFilter::Order::oldest_first;
  const std::string order = forward ? "ORDER BY time, row" : "ORDER BY time DESC, row DESC";
  const std::string limit = conditions.place(static_cast<std::int64_t>(filter.limit));
  Query q =
      database.query(fmt::format("SELECT row, {} FROM evidence INDEXED BY {}{} {} LIMIT {}",
                                 kColumns, index_for(filter), conditions.sql(), order, limit));
  conditions.bind_to(q);
  std::vector<EvidenceRow> rows;
  while (q.next()) rows.push_back(read_row(q));
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return rows;
}

}  // namespace postern::records
