#include "core/tls/names.h"

#include <gtest/gtest.h>

#include "core/tls/testing.h"

namespace postern::tls {
namespace {

using testing::domain;
using testing::domains;

struct Row {
  std::string_view presented;
  const char* reference;
  bool matches;
};

class PresentedName : public ::testing::TestWithParam<Row> {};

TEST_P(PresentedName, MatchesAsRfc9525Says) {
  const auto& [presented, reference, matches] = GetParam();
  EXPECT_EQ(presented_matches(presented, domain(reference)), matches)
      << presented << " against " << reference;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, PresentedName,
    ::testing::Values(
        Row{"mx1.example.com", "mx1.example.com", true},
        Row{"MX1.Example.COM", "mx1.example.com", true},
        Row{"mx2.example.com", "mx1.example.com", false},
        Row{"example.com", "mx1.example.com", false}, Row{"mx1.example.com", "example.com", false},
        Row{"*.example.com", "mx1.example.com", true},  // one whole label
        Row{"*.EXAMPLE.com", "mx1.example.com", true},
        Row{"*.example.com", "a.mx1.example.com", false},  // never two labels
        Row{"*.example.com", "example.com", false},        // never none
        Row{"m*.example.com", "mx1.example.com", false},   // never a part of a label
        Row{"*1.example.com", "mx1.example.com", false},
        Row{"mx1.*.com", "mx1.example.com", false},  // only the left-most
        Row{"*.*.com", "mx1.example.com", false}, Row{"*", "example.com", false},
        Row{"*.com", "example.com", false},  // vouches for nobody in particular
        Row{"*.", "example.com", false}, Row{"", "example.com", false},
        Row{"mx1.example.com.", "mx1.example.com", false},  // SAN has no trailing dot (RFC 5280)
        Row{std::string_view("mx1.example.com\0.evil.test", 26), "mx1.example.com", false},
        Row{" mx1.example.com", "mx1.example.com", false},
        Row{"xn--bcher-kva.example", "bücher.example", true},  // A-labels are compared
        Row{"bücher.example", "bücher.example", false},
        Row{"*.xn--bcher-kva.example", "mx.bücher.example", true}));

TEST(PresentedName, NeverMatchesTheEmptyReference) {
  EXPECT_FALSE(presented_matches("", dns::Domain()));
  EXPECT_FALSE(presented_matches("*.example.com", dns::Domain()));
}

TEST(MatchName, GivesThePresentedNameThatMatched) {
  CertificateFacts certificate;
  certificate.dns_names = {"www.example.org", "*.example.com"};
  EXPECT_EQ(match_name(certificate, domains({"mx9.example.net", "mx1.example.com"})),
            "*.example.com");
  EXPECT_EQ(match_name(certificate, domains({"mx9.example.net"})), std::nullopt);
}

TEST(MatchName, NeverConsultsTheCommonName) {
  CertificateFacts certificate;
  certificate.subject = "CN=mx1.example.com";
  EXPECT_EQ(match_name(certificate, domains({"mx1.example.com"})), std::nullopt);
}

TEST(MatchAddress, TakesOnlyTheSanIpAddress) {
  CertificateFacts certificate;
  certificate.dns_names = {"192.0.2.1"};
  const auto wanted = *base::IpAddress::parse("192.0.2.1");
  EXPECT_EQ(match_address(certificate, {{wanted}}), std::nullopt);
  certificate.ip_addresses = {wanted};
  EXPECT_EQ(match_address(certificate, {{wanted}}), "192.0.2.1");
}

}  // namespace
}  // namespace postern::tls
