#include "service/api/evidence_handlers.h"

#include <gmock/gmock.h>

#include "core/base/text.h"
#include "service/api/testing/mail_world.h"

namespace postern::api {
namespace {

using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class EvidenceHandlersTest : public ::testing::Test, protected testing::MailWorld {
 protected:
  Evidence list(EvidenceQuery query = {}) { return good(handlers.list(call(), std::move(query))); }
  static std::vector<std::string> domains(const Evidence& evidence) {
    std::vector<std::string> all;
    for (const Attempt& attempt : evidence.items) all.push_back(attempt.domain);
    return all;
  }
  // The lines of the download, and how many pieces it came in.
  std::vector<std::string> download(EvidenceQuery query = {}) {
    auto response = wait(handlers.download(call(), std::move(query)));
    EXPECT_EQ(response.status, 200);
    std::string text;
    for (pieces = 0;; ++pieces) {
      auto piece = wait(response.stream->next({}));
      EXPECT_TRUE(piece);
      if (!piece || piece->empty()) break;
      text += *piece;
    }
    std::vector<std::string> lines;
    for (std::string_view line : base::split(text, '\n')) {
      if (!line.empty()) lines.emplace_back(line);
    }
    return lines;
  }

  int pieces = 0;
  EvidenceHandlers handlers{{spool.shard, reads}};
};

TEST_F(EvidenceHandlersTest, ListsTheAccountsOwnNewestFirstByPages) {
  queue::Attempt theirs = attempt("their.example");
  theirs.account = other;
  record({attempt("a.example", minutes(3)), theirs, attempt("c.example", minutes(1)),
          attempt("b.example", minutes(2))});
  EvidenceQuery query;
  query.limit = 2;
  const Evidence first = list(query);
  EXPECT_THAT(domains(first), ElementsAre("c.example", "b.example"));
  query.after = first.next;
  const Evidence second = list(query);
  EXPECT_THAT(domains(second), ElementsAre("a.example"));
  EXPECT_FALSE(second.next);
}

TEST_F(EvidenceHandlersTest, FiltersByEveryParameter) {
  queue::Attempt special = attempt("special.example", minutes(5));
  special.message = {4711};
  special.hop = queue::Hop::partner_to_gateway;
  special.outcome = queue::AttemptOutcome::refused;
  record({attempt("a.example"), special, attempt("b.example", minutes(9))});
  std::vector<EvidenceQuery> queries(5);
  queries[0].domain = "SPECIAL.example";
  queries[1].message = base::queue_id({4711});
  queries[2].hop = queue::Hop::partner_to_gateway;
  queries[3].outcome = queue::AttemptOutcome::refused;
  queries[4].from = special.time;
  queries[4].until = special.time + minutes(1);
  for (const EvidenceQuery& query : queries) {
    EXPECT_THAT(domains(list(query)), ElementsAre("special.example"));
  }
}

TEST_F(EvidenceHandlersTest, ShowsWhatWasRequiredAndProved) {
  queue::Attempt full = attempt("a.example");
  full.required = tls::Mode::strict;
  full.method = tls::AuthMethod::dane;
  full.certificate_sha256 = "ab12";
  full.sources = {{{tls::SourceKind::dane, 0, "DANE"},
                   tls::Mode::strict,
                   tls::Considered::Fate::joined,
                   "usable TLSA records"}};
  record({full});
  const Attempt shown = list().items.at(0);
  EXPECT_EQ(shown.required, tls::Mode::strict);
  EXPECT_EQ(shown.tls_version, "TLS 1.3");
  EXPECT_EQ(shown.authentication, "dane");
  EXPECT_EQ(shown.sources.at(0).kind, tls::SourceKind::dane);
  EXPECT_EQ(shown.sources.at(0).fate, "joined");
}

TEST_F(EvidenceHandlersTest, DownloadsAllThatMatchesPieceByPiece) {
  std::vector<queue::Attempt> many;
  for (int i = 0; i < 2500; ++i) many.push_back(attempt("a.example", minutes(i)));
  queue::Attempt theirs = attempt("their.example");
  theirs.account = other;
  many.push_back(theirs);
  record(std::move(many));
  const auto lines = download();
  ASSERT_THAT(lines, SizeIs(2501));
  EXPECT_EQ(pieces, 3);
  EXPECT_THAT(lines[0], HasSubstr("row,time,took_us,node,account"));
  EXPECT_THAT(lines[1], HasSubstr(",main,"));
  EvidenceQuery few;
  few.limit = 10;
  EXPECT_THAT(download(few), SizeIs(11));
  EvidenceQuery none;
  none.domain = "their.example";
  EXPECT_THAT(download(none), SizeIs(1));
}

TEST_F(EvidenceHandlersTest, RefusesParametersThatMakeNoSense) {
  EvidenceQuery query;
  query.message = "nonsense";
  EXPECT_EQ(refusal(handlers.list(call(), query)), "400 invalid-parameter ?message");
  EXPECT_EQ(wait(handlers.download(call(), query)).status, 400);
}

}  // namespace
}  // namespace postern::api
