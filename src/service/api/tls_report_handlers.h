// TLS reports for people: what others report about an account's domains, as a list, by day and by
// failure; and, for administrators of the gateway, what became of the reports that it sends.
#pragma once

#include "io/records/tls_reports.h"
#include "service/api/desk.h"
#include "service/api/operations.h"
#include "service/api/tls_report_types.h"

namespace postern::api {

class TlsReportHandlers {
 public:
  struct Needs {
    net::Shard& shard;
    Desk& reads;
  };
  explicit TlsReportHandlers(Needs needs) : needs_(needs) {}

  [[nodiscard]] Handled<TlsReports> list(Call call, TlsReportQuery query);
  [[nodiscard]] Handled<TlsReport> get(Call call);
  [[nodiscard]] Handled<TlsDays> days(Call call, TlsPeriodQuery query);
  [[nodiscard]] Handled<TlsFailings> failures(Call call, TlsPeriodQuery query);
  [[nodiscard]] Handled<TlsSendings> sent(Call call);

 private:
  Needs needs_;
};

void declare_tls_reports(Operations& operations, TlsReportHandlers* handlers);

}  // namespace postern::api
