// Policies and exceptions, why they hold, and what a partner looks like.
#pragma once

#include "service/api/words.h"

namespace postern::api {

#define POSTERN_API_POLICY(F)                                                            \
  F(std::int64_t, id, "Its number in the records.")                                      \
  F(std::string, domain, "example.com, or *.gov.uk for all below gov.uk.")               \
  F(std::string, shown_as, "The same as people write it.")                               \
  F(std::vector<std::string>, exclude, "Domains below the wildcard that it leaves out.") \
  F(tls::Mode, mode, "What it demands.")                                                 \
  F(tls::Stage, stage, "In force, or only watched.")                                     \
  F(bool, delivery, "It speaks for mail to the domain.")                                 \
  F(bool, receipt, "It speaks for mail from the domain.")                                \
  F(policy::Accept, require, "What proves a server under strict.")                       \
  F(policy::Floor, floor, "The oldest TLS version that it takes.")                       \
  F(std::vector<std::string>, mx, "Pinned MX patterns.")                                 \
  F(std::vector<std::string>, names, "Further names that the certificate may carry.")    \
  F(std::vector<std::string>, spki, "SHA-256 pins of public keys, hex.")                 \
  F(std::vector<std::string>, client_names,                                              \
    "What the partner's client certificate must carry, on receipt.")                     \
  F(policy::OnFailure, on_failure, "Wait and try again, or bounce at once.")             \
  F(std::string, time_limit, "How long mail waits before it bounces: 24h.")              \
  F(std::optional<Time>, valid_from, "From when it holds.")                              \
  F(std::optional<Time>, valid_until, "Until when it holds.")                            \
  F(bool, active, "It holds now.")                                                       \
  F(std::string, note, "The administrator's own words.")                                 \
  F(std::string, author, "Who made it.")                                                 \
  F(Time, created, "When it was made.")
POSTERN_API_TYPE(Policy, "What is demanded of an external domain.", POSTERN_API_POLICY)

#define POSTERN_API_POLICY_INPUT(F)                                                                \
  F(std::string, domain, "example.com, or *.gov.uk.")                                              \
  F(std::vector<std::string>, exclude, "Domains below the wildcard that it leaves out.")           \
  F(std::optional<tls::Mode>, mode, "Strict if not given.")                                        \
  F(std::optional<tls::Stage>, stage, "Enforce if not given.")                                     \
  F(std::optional<bool>, delivery, "True if not given.")                                           \
  F(std::optional<bool>, receipt, "True if not given.")                                            \
  F(std::optional<policy::Accept>, require, "Any if not given.")                                   \
  F(std::optional<policy::Floor>, floor, "Standard if not given.")                                 \
  F(std::vector<std::string>, mx, "Pinned MX patterns: mx1.example.com, *.mail.example.com.")      \
  F(std::vector<std::string>, names, "Further names that the certificate may carry.")              \
  F(std::vector<std::string>, spki, "SHA-256 pins of public keys, hex.")                           \
  F(std::vector<std::string>, client_names, "What the client certificate must carry, on receipt.") \
  F(std::optional<policy::OnFailure>, on_failure, "Defer if not given.")                           \
  F(std::optional<std::string>, time_limit, "24h if not given.")                                   \
  F(std::optional<Time>, valid_from, "From when it holds.")                                        \
  F(std::optional<Time>, valid_until, "Until when it holds.")                                      \
  F(std::optional<std::string>, note, "The administrator's own words.")
POSTERN_API_TYPE(PolicyInput, "A policy to add, or to put in another's place.",
                 POSTERN_API_POLICY_INPUT)

#define POSTERN_API_PAGE_QUERY(F)                                                      \
  F(std::optional<std::string>, q, "Only what contains this text.")                    \
  F(std::optional<std::string>, after, "The page after this cursor (a reply's next).") \
  F(std::optional<std::int64_t>, limit, "At most this many; 100 if not given, 1000 at most.")
POSTERN_API_TYPE(PageQuery, "Which page of a list.", POSTERN_API_PAGE_QUERY)

#define POSTERN_API_POLICY_QUERY(F)                                                    \
  F(std::optional<std::string>, q, "Only domains that contain this text.")             \
  F(std::optional<tls::Mode>, mode, "Only this mode.")                                 \
  F(std::optional<tls::Stage>, stage, "Only this stage.")                              \
  F(std::optional<std::string>, after, "The page after this cursor (a reply's next).") \
  F(std::optional<std::int64_t>, limit, "At most this many; 100 if not given, 1000 at most.")
POSTERN_API_TYPE(PolicyQuery, "Which policies.", POSTERN_API_POLICY_QUERY)

#define POSTERN_API_POLICIES(F)                           \
  F(std::vector<Policy>, items, "By domain.")             \
  F(std::int64_t, total, "How many match, on all pages.") \
  F(std::optional<std::string>, next, "The cursor of the next page, if there is one.")
POSTERN_API_TYPE(Policies, "A page of an account's policies.", POSTERN_API_POLICIES)

// A bulk import, as `postern policy import` reads it.
#define POSTERN_API_IMPORT(F)                                                               \
  F(std::string, text, "CSV with a header line that has a column domain, or a plain list.") \
  F(std::optional<tls::Mode>, mode, "For lines that name none; strict if not given.")       \
  F(std::optional<tls::Stage>, stage, "For lines that name none; enforce if not given.")    \
  F(std::optional<bool>, update,                                                            \
    "Lines with other settings change a policy that is there; else they are refused.")      \
  F(std::optional<bool>, dry_run, "Only say what would happen.")
POSTERN_API_TYPE(Import, "Policies to import, up to 8 MiB of them.", POSTERN_API_IMPORT)

#define POSTERN_API_IMPORT_LINE(F)                                \
  F(std::int64_t, line, "In the input, from 1.")                  \
  F(std::string, domain, "What the line names.")                  \
  F(std::string, effect, "added, changed, unchanged or refused.") \
  F(std::string, why, "Why it was refused.")
POSTERN_API_TYPE(ImportLine, "What became of a line.", POSTERN_API_IMPORT_LINE)

#define POSTERN_API_IMPORT_REPORT(F)                                                       \
  F(std::vector<ImportLine>, lines, "The lines that were refused, and up to 1000 others.") \
  F(std::int64_t, added, "How many are new.")                                              \
  F(std::int64_t, changed, "How many changed one that was there.")                         \
  F(std::int64_t, unchanged, "How many were there already.")                               \
  F(std::int64_t, refused, "How many were refused.")
POSTERN_API_TYPE(ImportReport, "What an import did, or would do.", POSTERN_API_IMPORT_REPORT)

#define POSTERN_API_EXCEPTION(F)                       \
  F(std::int64_t, id, "Its number in the records.")    \
  F(std::string, domain, "For exactly this domain.")   \
  F(tls::Mode, mode, "What is allowed meanwhile.")     \
  F(std::string, reason, "Why.")                       \
  F(std::string, author, "Who made it.")               \
  F(Time, created, "When it was made.")                \
  F(Time, end, "When it ends, at most 30 days later.") \
  F(bool, active, "It holds now.")
POSTERN_API_TYPE(Exception, "The only thing that weakens, and only until its end.",
                 POSTERN_API_EXCEPTION)

#define POSTERN_API_EXCEPTION_INPUT(F)               \
  F(std::string, domain, "For exactly this domain.") \
  F(tls::Mode, mode, "What is allowed meanwhile.")   \
  F(std::string, reason, "Why: auditors read it.")   \
  F(Time, end, "When it ends, at most 30 days from now.")
POSTERN_API_TYPE(ExceptionInput, "An exception to make.", POSTERN_API_EXCEPTION_INPUT)

#define POSTERN_API_EXCEPTIONS(F) F(std::vector<Exception>, items, "Newest first; ended ones too.")
POSTERN_API_TYPE(Exceptions, "An account's exceptions.", POSTERN_API_EXCEPTIONS)

#define POSTERN_API_SOURCE(F)                                                    \
  F(tls::SourceKind, kind, "Who asks.")                                          \
  F(std::int64_t, id, "Of the policy or route; 0 for what the world publishes.") \
  F(std::string, name, "As a person knows it.")                                  \
  F(tls::Mode, mode, "What it asks for.")                                        \
  F(std::string, fate, "joined, monitored, lost, waived or absent.")             \
  F(std::string, rule, "Why it won or lost.")
POSTERN_API_TYPE(Source, "A source that was considered.", POSTERN_API_SOURCE)

#define POSTERN_API_HOP_EXPLANATION(F)                                      \
  F(tls::Mode, mode, "The requirement.")                                    \
  F(tls::Mode, monitored_mode, "The same with monitored policies counted.") \
  F(bool, used_exception, "An exception allows less for now.")              \
  F(std::vector<Source>, sources, "Every source, the winner first.")
POSTERN_API_TYPE(HopExplanation, "Why a hop has its requirement.", POSTERN_API_HOP_EXPLANATION)

#define POSTERN_API_EXPLAINED_HOST(F)                                                \
  F(std::string, host, "The MX or route.")                                           \
  F(std::int64_t, preference, "Lower first.")                                        \
  F(bool, name_secure, "DNSSEC proved its name.")                                    \
  F(tls::Mode, mode, "What it must meet.")                                           \
  F(std::vector<std::string>, demands, "In words.")                                  \
  F(std::vector<std::string>, names, "What strict matches the certificate against.") \
  F(std::optional<std::string>, out, "Why it is not used, if it is not.")
POSTERN_API_TYPE(ExplainedHost, "What one host must meet.", POSTERN_API_EXPLAINED_HOST)

#define POSTERN_API_EXPLANATION(F)                                      \
  F(std::string, domain, "The recipient's domain.")                     \
  F(std::string, way, "mx, internal-route or external-route.")          \
  F(HopExplanation, delivery, "Mail to the domain.")                    \
  F(HopExplanation, receipt, "Mail from the domain.")                   \
  F(std::vector<ExplainedHost>, hosts, "In the order of trying.")       \
  F(std::optional<std::string>, failure, "Why there is nowhere to go.") \
  F(std::string, text, "The same in lines for a terminal.")
POSTERN_API_TYPE(Explanation, "Why this requirement, and what it means.", POSTERN_API_EXPLANATION)

#define POSTERN_API_EXPLAIN_QUERY(F) \
  F(std::optional<std::string>, address, "A mailbox or a domain.")
POSTERN_API_TYPE(ExplainQuery, "Whose requirement.", POSTERN_API_EXPLAIN_QUERY)

}  // namespace postern::api
