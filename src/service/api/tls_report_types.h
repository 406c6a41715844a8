// TLS reports in the API (RFC 8460): those that others sent about an account's domains, and those
// that the gateway sends. Everything in them is what their sender claims.
#pragma once

#include "service/api/described.h"

namespace postern::api {

#define POSTERN_API_TLS_REPORT_QUERY(F)                                     \
  F(std::optional<std::string>, domain, "Only about this internal domain.") \
  F(std::optional<Time>, from, "Of days not before this.")                  \
  F(std::optional<Time>, until, "Of days before this.")                     \
  F(std::optional<std::int64_t>, before, "The page after this number.")     \
  F(std::optional<std::int64_t>, limit, "At most this many; 100 if not given, 1000 at most.")
POSTERN_API_TYPE(TlsReportQuery, "Which received reports.", POSTERN_API_TLS_REPORT_QUERY)

#define POSTERN_API_TLS_PERIOD_QUERY(F)                                          \
  F(std::optional<std::string>, domain, "Only about this internal domain.")      \
  F(std::optional<Time>, from, "Of days not before this; 30 days if not given.") \
  F(std::optional<Time>, until, "Of days before this.")
POSTERN_API_TYPE(TlsPeriodQuery, "Which days of received reports.", POSTERN_API_TLS_PERIOD_QUERY)

#define POSTERN_API_TLS_REPORT_SUMMARY(F)                           \
  F(std::int64_t, id, "Its number.")                                \
  F(std::string, domain, "The internal domain that it is about.")   \
  F(Time, received, "When it came.")                                \
  F(std::string, organization, "Who sent it, as it says; escaped.") \
  F(std::string, contact, "Whom to ask, as it says; escaped.")      \
  F(std::string, report_id, "Its sender's name for it; escaped.")   \
  F(Time, begins, "The first second that it covers.")               \
  F(Time, ends, "The last one.")                                    \
  F(std::int64_t, successful, "Sessions that went well.")           \
  F(std::int64_t, failed, "Sessions that failed.")
POSTERN_API_TYPE(TlsReportSummary, "A received report.", POSTERN_API_TLS_REPORT_SUMMARY)

#define POSTERN_API_TLS_REPORTS(F)                             \
  F(std::vector<TlsReportSummary>, items, "The newest first.") \
  F(std::optional<std::int64_t>, next, "The cursor of the next page, if there is one.")
POSTERN_API_TYPE(TlsReports, "Received reports.", POSTERN_API_TLS_REPORTS)

#define POSTERN_API_TLS_FAILURE(F)                                                      \
  F(std::string, result_type, "What failed (RFC 8460 4.3); escaped.")                   \
  F(std::string, meaning, "The same as a sentence.")                                    \
  F(std::string, receiving_mx, "At which host of ours; escaped.")                       \
  F(std::string, receiving_ip, "At which address of ours; escaped.")                    \
  F(std::string, sending_ip, "From which address of theirs; escaped.")                  \
  F(std::string, reason, "Their finer word for it, or empty; escaped.")                 \
  F(std::string, information, "Where they say more, or empty: text, no link; escaped.") \
  F(std::int64_t, sessions, "How many sessions.")
POSTERN_API_TYPE(TlsFailure, "A way in which sessions failed.", POSTERN_API_TLS_FAILURE)

#define POSTERN_API_TLS_RESULT(F)                                            \
  F(std::string, policy_type, "tlsa, sts or no-policy-found.")               \
  F(std::string, policy_domain, "Whose policy it was; escaped.")             \
  F(std::vector<std::string>, policy, "The policy as they saw it; escaped.") \
  F(std::vector<std::string>, mx_hosts, "The hosts that it names; escaped.") \
  F(std::int64_t, successful, "Sessions that went well.")                    \
  F(std::int64_t, failed, "Sessions that failed.")                           \
  F(std::vector<TlsFailure>, failures, "How they failed.")
POSTERN_API_TYPE(TlsResult, "What one policy came to.", POSTERN_API_TLS_RESULT)

#define POSTERN_API_TLS_REPORT(F)                      \
  F(TlsReportSummary, summary, "Who, when, how many.") \
  F(std::vector<TlsResult>, results, "By policy.")
POSTERN_API_TYPE(TlsReport, "A received report, whole.", POSTERN_API_TLS_REPORT)

#define POSTERN_API_TLS_DAY(F)                            \
  F(std::string, day, "2026-11-26, UTC.")                 \
  F(std::string, domain, "The internal domain.")          \
  F(std::int64_t, successful, "Sessions that went well.") \
  F(std::int64_t, failed, "Sessions that failed.")        \
  F(std::int64_t, reports, "How many reports say so.")
POSTERN_API_TYPE(TlsDay, "What all reports about a day say.", POSTERN_API_TLS_DAY)

#define POSTERN_API_TLS_DAYS(F) F(std::vector<TlsDay>, items, "By day, then by domain.")
POSTERN_API_TYPE(TlsDays, "Days of received reports.", POSTERN_API_TLS_DAYS)

#define POSTERN_API_TLS_FAILING(F)                                          \
  F(std::string, domain, "The internal domain.")                            \
  F(std::string, organization, "Who has the trouble, as it says; escaped.") \
  F(std::string, result_type, "What failed (RFC 8460 4.3); escaped.")       \
  F(std::string, meaning, "The same as a sentence.")                        \
  F(std::string, receiving_mx, "At which host of ours; escaped.")           \
  F(std::string, reason, "Their finer word for it, or empty; escaped.")     \
  F(std::int64_t, sessions, "How many sessions.")                           \
  F(Time, first, "The first day that tells of it.")                         \
  F(Time, last, "The last one.")
POSTERN_API_TYPE(TlsFailing, "A way in which mail to us fails, from all reports of a time.",
                 POSTERN_API_TLS_FAILING)

#define POSTERN_API_TLS_FAILINGS(F) F(std::vector<TlsFailing>, items, "Most sessions first.")
POSTERN_API_TYPE(TlsFailings, "How mail to us fails.", POSTERN_API_TLS_FAILINGS)

#define POSTERN_API_TLS_SENDING(F)                                                     \
  F(std::string, day, "The day that it is about: 2026-11-26, UTC.")                    \
  F(std::string, domain, "The domain that it is about.")                               \
  F(std::string, destination, "Where it goes; empty: the domain wants none; escaped.") \
  F(std::string, state, "waiting, sent, failed or unwanted.")                          \
  F(std::string, report_id, "Our name for it.")                                        \
  F(std::int64_t, attempts, "How often it was tried.")                                 \
  F(Time, due, "When it is tried next, or was settled.")                               \
  F(std::string, detail, "What the last attempt came to; escaped.")
POSTERN_API_TYPE(TlsSending, "A report that the gateway sends.", POSTERN_API_TLS_SENDING)

#define POSTERN_API_TLS_SENDINGS(F) F(std::vector<TlsSending>, items, "The newest day first.")
POSTERN_API_TYPE(TlsSendings, "Reports that the gateway sends.", POSTERN_API_TLS_SENDINGS)

}  // namespace postern::api
