// What DANE asks of one host, in demands, with its line of the explanation.
//
// Usable records: TLS, authenticated by one of them and by nothing else. Records of which none
// counts: TLS alone (RFC 7672 2.2). Perhaps records: nothing goes there until it is known.
#pragma once

#include <vector>

#include "core/dane/tlsa_search.h"
#include "core/tls/requirement.h"

namespace postern::dane {

// The names that DANE-TA may match (RFC 7672 3.2.2): the base domain, then the domain that the
// host was found for and the end of its CNAME chain, where there is one.
[[nodiscard]] std::vector<dns::Domain> names(const dns::Domain& base,
                                             std::vector<dns::Domain> next_hops);

// `of`: whose records they are, for people.
void add_demands(tls::Requirement& requirement, const dns::Domain& of, const Facts& facts,
                 const std::vector<dns::Domain>& names);

}  // namespace postern::dane
