// All operations of the API in one place: for the gateway, which answers them, and for documents,
// which only need to know them (all groups null).
#pragma once

#include "service/api/operations.h"

namespace postern::api {

class AuditHandlers;
class CertificateHandlers;
struct ConfigurationHandlers;
class Drafts;
class EventHandlers;
class EvidenceHandlers;
class OverviewHandlers;
class OwnAccount;
class PartnerHandlers;
class PostureHandlers;
class Probes;
class QueueHandlers;
class Sessions;
class TlsReportHandlers;
class TokenAdministration;
class UserAdministration;

// Who answers; each lives as long as the Operations that name it.
struct Groups {
  Sessions* sessions = nullptr;
  OwnAccount* own_account = nullptr;
  UserAdministration* users = nullptr;
  TokenAdministration* tokens = nullptr;
  ConfigurationHandlers* configuration = nullptr;
  CertificateHandlers* certificates = nullptr;
  PostureHandlers* posture = nullptr;
  Probes* probes = nullptr;
  Drafts* drafts = nullptr;
  OverviewHandlers* overview = nullptr;
  PartnerHandlers* partners = nullptr;
  EvidenceHandlers* evidence = nullptr;
  QueueHandlers* queue = nullptr;
  AuditHandlers* audit = nullptr;
  TlsReportHandlers* tls_reports = nullptr;
  EventHandlers* events = nullptr;
};

void declare_everything(Operations& operations, const Groups& groups);

}  // namespace postern::api
