// Made by `postern docs typescript` from the declarations of the API; not written by hand.
/* eslint-disable */
import { call } from './http';
import { asBoolean, asList, asNumber, asObject, asText, asWord, orNull } from './strict';

export const wordsAccept = ['any', 'pkix', 'dane'] as const;
export type Accept = (typeof wordsAccept)[number];

export const wordsAttemptOutcome = ['accepted', 'delivered', 'deferred', 'refused', 'bounced', 'probed'] as const;
export type AttemptOutcome = (typeof wordsAttemptOutcome)[number];

export const wordsCertificateAction = ['renew', 'roll', 'give-up'] as const;
export type CertificateAction = (typeof wordsCertificateAction)[number];

export const wordsCertificateOrigin = ['file', 'acme'] as const;
export type CertificateOrigin = (typeof wordsCertificateOrigin)[number];

export const wordsCertificateUse = ['mail', 'web'] as const;
export type CertificateUse = (typeof wordsCertificateUse)[number];

export const wordsDomainVerdict = ['valid', 'duplicate-domain', 'invalid-domain', 'public-suffix', 'internal-domain', 'no-mail', 'domain-not-found'] as const;
export type DomainVerdict = (typeof wordsDomainVerdict)[number];

export const wordsFloor = ['standard', 'tls1.3', 'legacy'] as const;
export type Floor = (typeof wordsFloor)[number];

export const wordsHop = ['partner-to-gateway', 'gateway-to-internal', 'internal-to-gateway', 'gateway-to-partner'] as const;
export type Hop = (typeof wordsHop)[number];

export const wordsJobState = ['running', 'done', 'cancelled'] as const;
export type JobState = (typeof wordsJobState)[number];

export const wordsMode = ['opportunistic', 'relaxed', 'strict'] as const;
export type Mode = (typeof wordsMode)[number];

export const wordsOnFailure = ['defer', 'bounce'] as const;
export type OnFailure = (typeof wordsOnFailure)[number];

export const wordsPostureKind = ['mx', 'mta-sts-record', 'mta-sts-host', 'mta-sts-policy', 'tlsa', 'tls-reports', 'dkim'] as const;
export type PostureKind = (typeof wordsPostureKind)[number];

export const wordsPostureState = ['right', 'missing', 'differs', 'unknown', 'optional'] as const;
export type PostureState = (typeof wordsPostureState)[number];

export const wordsQueueAction = ['retry', 'hold', 'release', 'remove', 'recalculate'] as const;
export type QueueAction = (typeof wordsQueueAction)[number];

export const wordsReadiness = ['unknown', 'not-ready', 'ready-relaxed', 'ready-strict'] as const;
export type Readiness = (typeof wordsReadiness)[number];

export const wordsRole = ['viewer', 'operator', 'administrator'] as const;
export type Role = (typeof wordsRole)[number];

export const wordsSenderKind = ['address-range', 'credentials', 'client-certificate'] as const;
export type SenderKind = (typeof wordsSenderKind)[number];

export const wordsSourceKind = ['policy', 'internal-route', 'external-route', 'dane', 'mta-sts', 'requiretls', 'floor'] as const;
export type SourceKind = (typeof wordsSourceKind)[number];

export const wordsStage = ['enforce', 'monitor'] as const;
export type Stage = (typeof wordsStage)[number];

export const wordsStsMode = ['off', 'none', 'testing', 'enforce'] as const;
export type StsMode = (typeof wordsStsMode)[number];

export const wordsTaskState = ['locked', 'ready', 'started', 'done'] as const;
export type TaskState = (typeof wordsTaskState)[number];

export const wordsTlsStart = ['starttls', 'implicit'] as const;
export type TlsStart = (typeof wordsTlsStart)[number];

export const wordsWizardStep = ['start', 'validate', 'domains', 'review'] as const;
export type WizardStep = (typeof wordsWizardStep)[number];

/** One organisation. */
export interface Account {
  /** Short and unique: "main". */
  name: string;
  /** The organisation: "Example Ltd". */
  title: string;
  /** Digest of the private CAs it trusts, if any. */
  ca_bundle_sha256: string | null;
  /** How many internal domains it has. */
  domains: number;
  /** How many policies it has. */
  policies: number;
}

export function importAccount(json: unknown, at = 'Account'): Account {
  const o = asObject(json, at);
  return {
    name: asText(o.name, `${at}.name`),
    title: asText(o.title, `${at}.title`),
    ca_bundle_sha256: orNull(asText)(o.ca_bundle_sha256, `${at}.ca_bundle_sha256`),
    domains: asNumber(o.domains, `${at}.domains`),
    policies: asNumber(o.policies, `${at}.policies`),
  };
}

/** What is to change; what is not named stays. */
export interface AccountChange {
  /** The organisation. */
  title?: string | null;
  /** PEM of private CAs; empty text: none any more. */
  ca_bundle?: string | null;
}

/** An account to add. */
export interface AccountInput {
  /** Lower-case letters, digits and dashes. */
  name: string;
  /** The organisation. */
  title: string;
  /** PEM of private CAs to trust besides the public ones. */
  ca_bundle?: string | null;
}

/** The accounts that the session may see. */
export interface Accounts {
  /** By name. */
  items: Account[];
}

export function importAccounts(json: unknown, at = 'Accounts'): Accounts {
  const o = asObject(json, at);
  return {
    items: asList(importAccount)(o.items, `${at}.items`),
  };
}

/** What one address showed. */
export interface AddressFinding {
  /** The address that was tried. */
  address: string;
  /** What it is ready for. */
  readiness: Readiness;
  /** Why not for strict. */
  why: Reason | null;
  /** TLS 1.3; none. */
  tls_version: string;
  /** The suite. */
  cipher: string;
  /** The key exchange. */
  group: string;
  /** The name that the certificate proved. */
  matched_name: string;
  /** What it showed. */
  certificate: Certificate | null;
  /** Every line said, C: and S:, escaped. */
  dialogue: string[];
  /** How long it took. */
  took_ms: number;
}

export function importAddressFinding(json: unknown, at = 'AddressFinding'): AddressFinding {
  const o = asObject(json, at);
  return {
    address: asText(o.address, `${at}.address`),
    readiness: asWord(wordsReadiness)(o.readiness, `${at}.readiness`),
    why: orNull(importReason)(o.why, `${at}.why`),
    tls_version: asText(o.tls_version, `${at}.tls_version`),
    cipher: asText(o.cipher, `${at}.cipher`),
    group: asText(o.group, `${at}.group`),
    matched_name: asText(o.matched_name, `${at}.matched_name`),
    certificate: orNull(importCertificate)(o.certificate, `${at}.certificate`),
    dialogue: asList(asText)(o.dialogue, `${at}.dialogue`),
    took_ms: asNumber(o.took_ms, `${at}.took_ms`),
  };
}

/** One attempt on one hop: evidence. */
export interface Attempt {
  /** Its place in the evidence; a cursor. */
  row: number;
  /** When. */
  time: string;
  /** How long it took, microseconds. */
  took_us: number;
  /** Which node. */
  node: string;
  /** The queue id; none for probes and refused receipts. */
  message: string | null;
  /** Which hop. */
  hop: Hop;
  /** The partner or internal domain. */
  domain: string;
  /** The other side's name; escaped. */
  peer_host: string;
  /** The other side's address. */
  peer_address: string;
  /** The requirement. */
  required: Mode;
  /** Where it came from. */
  sources: Source[];
  /** It was met. */
  met: boolean;
  /** Why a monitored demand would have failed; empty: it would not. */
  would_fail: string;
  /** The same as a sentence. */
  would_fail_why: string;
  /** An exception allowed less. */
  used_exception: boolean;
  /** TLS 1.3; none. */
  tls_version: string;
  /** The suite. */
  cipher: string;
  /** The key exchange. */
  group: string;
  /** The certificate's fingerprint, hex. */
  certificate_sha256: string;
  /** Who signed it; escaped. */
  issuer: string;
  /** Until when it is valid. */
  expiry: string;
  /** The name that it proved. */
  matched_name: string;
  /** none, pkix, dane or pin. */
  authentication: string;
  /** What became of it. */
  outcome: AttemptOutcome;
  /** Stable code; empty when all went well. */
  reason: string;
  /** One sentence; escaped. */
  detail: string;
}

export function importAttempt(json: unknown, at = 'Attempt'): Attempt {
  const o = asObject(json, at);
  return {
    row: asNumber(o.row, `${at}.row`),
    time: asText(o.time, `${at}.time`),
    took_us: asNumber(o.took_us, `${at}.took_us`),
    node: asText(o.node, `${at}.node`),
    message: orNull(asText)(o.message, `${at}.message`),
    hop: asWord(wordsHop)(o.hop, `${at}.hop`),
    domain: asText(o.domain, `${at}.domain`),
    peer_host: asText(o.peer_host, `${at}.peer_host`),
    peer_address: asText(o.peer_address, `${at}.peer_address`),
    required: asWord(wordsMode)(o.required, `${at}.required`),
    sources: asList(importSource)(o.sources, `${at}.sources`),
    met: asBoolean(o.met, `${at}.met`),
    would_fail: asText(o.would_fail, `${at}.would_fail`),
    would_fail_why: asText(o.would_fail_why, `${at}.would_fail_why`),
    used_exception: asBoolean(o.used_exception, `${at}.used_exception`),
    tls_version: asText(o.tls_version, `${at}.tls_version`),
    cipher: asText(o.cipher, `${at}.cipher`),
    group: asText(o.group, `${at}.group`),
    certificate_sha256: asText(o.certificate_sha256, `${at}.certificate_sha256`),
    issuer: asText(o.issuer, `${at}.issuer`),
    expiry: asText(o.expiry, `${at}.expiry`),
    matched_name: asText(o.matched_name, `${at}.matched_name`),
    authentication: asText(o.authentication, `${at}.authentication`),
    outcome: asWord(wordsAttemptOutcome)(o.outcome, `${at}.outcome`),
    reason: asText(o.reason, `${at}.reason`),
    detail: asText(o.detail, `${at}.detail`),
  };
}

/** Something that wants looking at. */
export interface Attention {
  /** warning or danger. */
  severity: string;
  /** Stable: certificate-expires, policy-failing, mx-moved, ... */
  code: string;
  /** One sentence. */
  text: string;
  /** Which partner or internal domain; empty: the gateway itself. */
  domain: string;
}

export function importAttention(json: unknown, at = 'Attention'): Attention {
  const o = asObject(json, at);
  return {
    severity: asText(o.severity, `${at}.severity`),
    code: asText(o.code, `${at}.code`),
    text: asText(o.text, `${at}.text`),
    domain: asText(o.domain, `${at}.domain`),
  };
}

/** A page of the audit log. */
export interface Audit {
  /** Newest first. */
  items: AuditEntry[];
  /** Ask for entries before this one, if there are more. */
  next: number | null;
}

export function importAudit(json: unknown, at = 'Audit'): Audit {
  const o = asObject(json, at);
  return {
    items: asList(importAuditEntry)(o.items, `${at}.items`),
    next: orNull(asNumber)(o.next, `${at}.next`),
  };
}

/** The audit log's chain, checked. */
export interface AuditCheck {
  /** No entry was edited, removed, moved or added behind our back. */
  intact: boolean;
  /** How many there are. */
  entries: number;
  /** The last good hash: note it elsewhere. */
  head: string;
  /** What is wrong; empty if nothing is. */
  why: string;
}

export function importAuditCheck(json: unknown, at = 'AuditCheck'): AuditCheck {
  const o = asObject(json, at);
  return {
    intact: asBoolean(o.intact, `${at}.intact`),
    entries: asNumber(o.entries, `${at}.entries`),
    head: asText(o.head, `${at}.head`),
    why: asText(o.why, `${at}.why`),
  };
}

/** One change. */
export interface AuditEntry {
  /** From 1, without gaps in the whole log. */
  sequence: number;
  /** When. */
  time: string;
  /** Who. */
  actor: string;
  /** cli, api or gateway. */
  via: string;
  /** Whose; empty: the gateway's. */
  account: string;
  /** policy.add, route.remove, ... */
  action: string;
  /** policy example.com, ... */
  object: string;
  /** JSON; empty when there was nothing. */
  before: string;
  /** JSON; empty when nothing is left. */
  after: string;
  /** Chains it to the one before. */
  hash: string;
}

export function importAuditEntry(json: unknown, at = 'AuditEntry'): AuditEntry {
  const o = asObject(json, at);
  return {
    sequence: asNumber(o.sequence, `${at}.sequence`),
    time: asText(o.time, `${at}.time`),
    actor: asText(o.actor, `${at}.actor`),
    via: asText(o.via, `${at}.via`),
    account: asText(o.account, `${at}.account`),
    action: asText(o.action, `${at}.action`),
    object: asText(o.object, `${at}.object`),
    before: asText(o.before, `${at}.before`),
    after: asText(o.after, `${at}.after`),
    hash: asText(o.hash, `${at}.hash`),
  };
}

/** Which entries. */
export interface AuditQuery {
  /** Only entries below this sequence: the next page. */
  before?: number | null;
  /** At most this many; 100 if not given, 1000 at most. */
  limit?: number | null;
}

/** A certificate that was shown. */
export interface Certificate {
  /** Whose it is; escaped. */
  subject: string;
  /** Who signed it; escaped. */
  issuer: string;
  /** The DNS names it carries. */
  names: string[];
  /** EC P-256, RSA 2048, ... */
  key: string;
  /** Its fingerprint, hex. */
  sha256: string;
  /** Its public key's digest, hex: a pin. */
  spki_sha256: string;
  /** From when it is valid. */
  not_before: string;
  /** Until when it is valid. */
  not_after: string;
  /** It vouches for itself. */
  self_signed: boolean;
}

export function importCertificate(json: unknown, at = 'Certificate'): Certificate {
  const o = asObject(json, at);
  return {
    subject: asText(o.subject, `${at}.subject`),
    issuer: asText(o.issuer, `${at}.issuer`),
    names: asList(asText)(o.names, `${at}.names`),
    key: asText(o.key, `${at}.key`),
    sha256: asText(o.sha256, `${at}.sha256`),
    spki_sha256: asText(o.spki_sha256, `${at}.spki_sha256`),
    not_before: asText(o.not_before, `${at}.not_before`),
    not_after: asText(o.not_after, `${at}.not_after`),
    self_signed: asBoolean(o.self_signed, `${at}.self_signed`),
  };
}

/** An administrator's hand on a certificate. */
export interface CertificateCommand {
  /** renew: ask the authority now, with the same key; roll: make the next key; give-up: forget the next key. */
  action: CertificateAction;
}

/** A certificate of the gateway. */
export interface CertificateInfo {
  /** The names it carries. */
  names: string[];
  /** Who signed it. */
  issuer: string;
  /** It vouches for itself: no authority has. */
  self_signed: boolean;
  /** Its fingerprint, hex. */
  sha256: string;
  /** EC P-256, RSA 2048, ... */
  key: string;
  /** From when it is valid. */
  not_before: string;
  /** Until when it is valid. */
  not_after: string;
  /** The TLSA record of its key: 3 1 1 57c0a9... */
  tlsa: string;
}

export function importCertificateInfo(json: unknown, at = 'CertificateInfo'): CertificateInfo {
  const o = asObject(json, at);
  return {
    names: asList(asText)(o.names, `${at}.names`),
    issuer: asText(o.issuer, `${at}.issuer`),
    self_signed: asBoolean(o.self_signed, `${at}.self_signed`),
    sha256: asText(o.sha256, `${at}.sha256`),
    key: asText(o.key, `${at}.key`),
    not_before: asText(o.not_before, `${at}.not_before`),
    not_after: asText(o.not_after, `${at}.not_after`),
    tlsa: asText(o.tlsa, `${at}.tlsa`),
  };
}

/** The last 24 hours in numbers. */
export interface DayNumbers {
  /** Messages taken. */
  accepted: number;
  /** Deliveries made. */
  delivered: number;
  /** Attempts that will be made again. */
  deferred: number;
  /** Deliveries given up. */
  bounced: number;
  /** Sessions refused. */
  refused: number;
  /** Messages waiting now. */
  queued: number;
  /** Policies in force. */
  policies: number;
  /** Policies that are only watched. */
  monitored: number;
}

export function importDayNumbers(json: unknown, at = 'DayNumbers'): DayNumbers {
  const o = asObject(json, at);
  return {
    accepted: asNumber(o.accepted, `${at}.accepted`),
    delivered: asNumber(o.delivered, `${at}.delivered`),
    deferred: asNumber(o.deferred, `${at}.deferred`),
    bounced: asNumber(o.bounced, `${at}.bounced`),
    refused: asNumber(o.refused, `${at}.refused`),
    queued: asNumber(o.queued, `${at}.queued`),
    policies: asNumber(o.policies, `${at}.policies`),
    monitored: asNumber(o.monitored, `${at}.monitored`),
  };
}

/** A message's way to one destination. */
export interface Delivery {
  /** Its number. */
  id: number;
  /** Whither. */
  domain: string;
  /** internal, external, or gateway: mail that the gateway reads itself. */
  leg: string;
  /** queued or held. */
  state: string;
  /** When it is tried next. */
  due: string;
  /** How often it was tried. */
  attempts: number;
  /** Who is left; escaped. */
  recipients: string[];
  /** Stable code of the last attempt; empty before the first. */
  reason: string;
  /** The same as a sentence. */
  why: string;
  /** What to do about it. */
  remedy: string;
  /** Which server said so, if one did. */
  host: string;
  /** What it said; escaped. */
  diagnostic: string;
}

export function importDelivery(json: unknown, at = 'Delivery'): Delivery {
  const o = asObject(json, at);
  return {
    id: asNumber(o.id, `${at}.id`),
    domain: asText(o.domain, `${at}.domain`),
    leg: asText(o.leg, `${at}.leg`),
    state: asText(o.state, `${at}.state`),
    due: asText(o.due, `${at}.due`),
    attempts: asNumber(o.attempts, `${at}.attempts`),
    recipients: asList(asText)(o.recipients, `${at}.recipients`),
    reason: asText(o.reason, `${at}.reason`),
    why: asText(o.why, `${at}.why`),
    remedy: asText(o.remedy, `${at}.remedy`),
    host: asText(o.host, `${at}.host`),
    diagnostic: asText(o.diagnostic, `${at}.diagnostic`),
  };
}

/** A live look at what a domain publishes (MX, SPF). */
export interface DnsCheck {
  /** What is published is what is needed. */
  good: boolean;
  /** What to publish. */
  needed: DnsRecord[];
  /** What is published now, escaped. */
  found: string[];
  /** The answer was proved by DNSSEC. */
  secure: boolean;
  /** One sentence: what differs, and what to do. */
  why: string;
}

export function importDnsCheck(json: unknown, at = 'DnsCheck'): DnsCheck {
  const o = asObject(json, at);
  return {
    good: asBoolean(o.good, `${at}.good`),
    needed: asList(importDnsRecord)(o.needed, `${at}.needed`),
    found: asList(asText)(o.found, `${at}.found`),
    secure: asBoolean(o.secure, `${at}.secure`),
    why: asText(o.why, `${at}.why`),
  };
}

/** A record to publish. */
export interface DnsRecord {
  /** Where to publish it. */
  name: string;
  /** TXT, CNAME, MX, ... */
  type: string;
  /** What to publish. */
  value: string;
}

export function importDnsRecord(json: unknown, at = 'DnsRecord'): DnsRecord {
  const o = asObject(json, at);
  return {
    name: asText(o.name, `${at}.name`),
    type: asText(o.type, `${at}.type`),
    value: asText(o.value, `${at}.value`),
  };
}

/** An internal domain. */
export interface Domain {
  /** Its number in the records. */
  id: number;
  /** As A-labels. */
  domain: string;
  /** As people write it. */
  shown_as: string;
  /** Mail is accepted only for validated domains. */
  validated: boolean;
  /** Its senders' MAIL FROM needs TLS: internal server to gateway. */
  enforce_receipt: boolean;
  /** What its MTA-STS policy says; off: it has none. */
  mta_sts: StsMode;
  /** How long senders keep that policy, seconds. */
  mta_sts_max_age: number;
  /** Hosts that it lists; none: the gateway's names. */
  mta_sts_mx: string[];
  /** The records that prove it; one of them suffices. */
  publish: DnsRecord[];
}

export function importDomain(json: unknown, at = 'Domain'): Domain {
  const o = asObject(json, at);
  return {
    id: asNumber(o.id, `${at}.id`),
    domain: asText(o.domain, `${at}.domain`),
    shown_as: asText(o.shown_as, `${at}.shown_as`),
    validated: asBoolean(o.validated, `${at}.validated`),
    enforce_receipt: asBoolean(o.enforce_receipt, `${at}.enforce_receipt`),
    mta_sts: asWord(wordsStsMode)(o.mta_sts, `${at}.mta_sts`),
    mta_sts_max_age: asNumber(o.mta_sts_max_age, `${at}.mta_sts_max_age`),
    mta_sts_mx: asList(asText)(o.mta_sts_mx, `${at}.mta_sts_mx`),
    publish: asList(importDnsRecord)(o.publish, `${at}.publish`),
  };
}

/** What is to change; what is not named stays. */
export interface DomainChange {
  /** Its senders' MAIL FROM needs TLS. */
  enforce_receipt?: boolean | null;
  /** What its MTA-STS policy says. */
  mta_sts?: StsMode | null;
  /** How long senders keep it: 86400 to 31536000 s. */
  mta_sts_max_age?: number | null;
  /** Hosts that it lists: names, or *.example.com; none: the gateway's names. */
  mta_sts_mx?: string[] | null;
}

/** A live look at a domain's proof. */
export interface DomainCheck {
  /** The code was found, now or before. */
  validated: boolean;
  /** What is published there now, escaped. */
  found: string[];
  /** One sentence: what was found instead, and what to do. */
  why: string;
}

export function importDomainCheck(json: unknown, at = 'DomainCheck'): DomainCheck {
  const o = asObject(json, at);
  return {
    validated: asBoolean(o.validated, `${at}.validated`),
    found: asList(asText)(o.found, `${at}.found`),
    why: asText(o.why, `${at}.why`),
  };
}

/** What a domain showed. */
export interface DomainFinding {
  /** As A-labels. */
  domain: string;
  /** What a delivery would meet. */
  readiness: Readiness;
  /** Ready: strict, ... */
  shown_as: string;
  /** Why not strict. */
  why: Reason | null;
  /** No Mail (null MX), Domain Not Found; empty: nothing to say. */
  remark: string;
  /** DNSSEC proved its MX. */
  mx_secure: boolean;
  /** What is not well, but stops nothing. */
  warnings: string[];
  /** MX patterns that a strict policy would pin. */
  pins: string[];
  /** What a delivery would meet now. */
  effective: Effective | null;
  /** Every MX. */
  hosts: HostFinding[];
}

export function importDomainFinding(json: unknown, at = 'DomainFinding'): DomainFinding {
  const o = asObject(json, at);
  return {
    domain: asText(o.domain, `${at}.domain`),
    readiness: asWord(wordsReadiness)(o.readiness, `${at}.readiness`),
    shown_as: asText(o.shown_as, `${at}.shown_as`),
    why: orNull(importReason)(o.why, `${at}.why`),
    remark: asText(o.remark, `${at}.remark`),
    mx_secure: asBoolean(o.mx_secure, `${at}.mx_secure`),
    warnings: asList(asText)(o.warnings, `${at}.warnings`),
    pins: asList(asText)(o.pins, `${at}.pins`),
    effective: orNull(importEffective)(o.effective, `${at}.effective`),
    hosts: asList(importHostFinding)(o.hosts, `${at}.hosts`),
  };
}

/** An internal domain to add. */
export interface DomainInput {
  /** A-labels or U-labels. */
  domain: string;
}

/** An account's internal domains. */
export interface Domains {
  /** By name. */
  items: Domain[];
}

export function importDomains(json: unknown, at = 'Domains'): Domains {
  const o = asObject(json, at);
  return {
    items: asList(importDomain)(o.items, `${at}.items`),
  };
}

/** The TLS policies that are being set up. */
export interface Draft {
  /** Rises with every change of the draft. */
  revision: number;
  /** There is a draft; else this is an empty one. */
  started: boolean;
  /** Where the administrator was last. */
  step: WizardStep;
  /** The internal address that the routes were tested with. */
  address: string;
  /** The last test of each route. */
  routes: RouteProof[];
  /** The job that tests or probes right now, if any. */
  job: string | null;
  /** Next is allowed. */
  may_go_on: boolean;
  /** Why Next is not allowed; empty if it is. */
  why_not: string;
  /** Finish also requires TLS of the internal servers' MAIL FROM. */
  require_tls_from_servers: boolean;
  /** The new domains, in the order they were added. */
  domains: DraftDomain[];
  /** Domains whose policies Finish takes away. */
  removals: string[];
  /** Who changed the draft last. */
  author: string;
  /** When. */
  changed: string | null;
}

export function importDraft(json: unknown, at = 'Draft'): Draft {
  const o = asObject(json, at);
  return {
    revision: asNumber(o.revision, `${at}.revision`),
    started: asBoolean(o.started, `${at}.started`),
    step: asWord(wordsWizardStep)(o.step, `${at}.step`),
    address: asText(o.address, `${at}.address`),
    routes: asList(importRouteProof)(o.routes, `${at}.routes`),
    job: orNull(asText)(o.job, `${at}.job`),
    may_go_on: asBoolean(o.may_go_on, `${at}.may_go_on`),
    why_not: asText(o.why_not, `${at}.why_not`),
    require_tls_from_servers: asBoolean(o.require_tls_from_servers, `${at}.require_tls_from_servers`),
    domains: asList(importDraftDomain)(o.domains, `${at}.domains`),
    removals: asList(asText)(o.removals, `${at}.removals`),
    author: asText(o.author, `${at}.author`),
    changed: orNull(asText)(o.changed, `${at}.changed`),
  };
}

/** What is to change; what is not named stays. */
export interface DraftChange {
  /** Where the administrator is now. */
  step?: WizardStep | null;
  /** Finish also requires TLS of the internal servers. */
  require_tls_from_servers?: boolean | null;
}

/** A domain on its way under policy. */
export interface DraftDomain {
  /** As A-labels; as written where it is no domain. */
  domain: string;
  /** As people write it. */
  shown_as: string;
  /** Whether it can be added. */
  verdict: DomainVerdict;
  /** Duplicate Domain, ...; empty for valid. */
  verdict_text: string;
  /** One sentence; empty for valid. */
  why: string;
  /** It was taken with Add: Finish puts it in force. */
  added: boolean;
  /** What the live look found; not set: not done yet. */
  finding: DomainFinding | null;
  /** MX patterns to pin; from the look, then as edited. */
  mx: string[];
  /** What the policy will demand. */
  mode: Mode;
  /** Enforce; monitor for one that is not ready and not confirmed. */
  stage: Stage;
  /** The administrator confirmed what will fail. */
  confirmed: boolean;
  /** The sentence to confirm; empty: nothing will fail. */
  will_fail: string;
}

export function importDraftDomain(json: unknown, at = 'DraftDomain'): DraftDomain {
  const o = asObject(json, at);
  return {
    domain: asText(o.domain, `${at}.domain`),
    shown_as: asText(o.shown_as, `${at}.shown_as`),
    verdict: asWord(wordsDomainVerdict)(o.verdict, `${at}.verdict`),
    verdict_text: asText(o.verdict_text, `${at}.verdict_text`),
    why: asText(o.why, `${at}.why`),
    added: asBoolean(o.added, `${at}.added`),
    finding: orNull(importDomainFinding)(o.finding, `${at}.finding`),
    mx: asList(asText)(o.mx, `${at}.mx`),
    mode: asWord(wordsMode)(o.mode, `${at}.mode`),
    stage: asWord(wordsStage)(o.stage, `${at}.stage`),
    confirmed: asBoolean(o.confirmed, `${at}.confirmed`),
    will_fail: asText(o.will_fail, `${at}.will_fail`),
  };
}

/** What is to change; what is not named stays. */
export interface DraftDomainChange {
  /** MX patterns to pin. */
  mx?: string[] | null;
  /** Strict or relaxed. */
  mode?: Mode | null;
  /** Enforce or monitor. */
  stage?: Stage | null;
  /** The sentence of what will fail has been confirmed. */
  confirmed?: boolean | null;
}

/** External domains, as a person writes them. */
export interface DraftLines {
  /** One domain a line, at most 50; the bulk import takes more. */
  text: string;
}

/** A policy that Finish shall take away. */
export interface DraftRemoval {
  /** The policy's domain. */
  domain: string;
}

/** What a delivery would meet now. */
export interface Effective {
  /** What the account's policies demand now. */
  mode: Mode;
  /** A delivery would go through. */
  met: boolean;
  /** Why it would not. */
  why: Reason | null;
  /** The reason code of a monitored demand that fails; empty: none. */
  would_fail: string;
}

export function importEffective(json: unknown, at = 'Effective'): Effective {
  const o = asObject(json, at);
  return {
    mode: asWord(wordsMode)(o.mode, `${at}.mode`),
    met: asBoolean(o.met, `${at}.met`),
    why: orNull(importReason)(o.why, `${at}.why`),
    would_fail: asText(o.would_fail, `${at}.would_fail`),
  };
}

/** Something changed: ask again for what is shown. */
export interface Event {
  /** change: the configuration; draft: the TLS policy draft; queue: the queue. */
  kind: string;
  /** The records' revision, for change. */
  revision: number;
  /** Who made it. */
  actor: string;
  /** cli, api or gateway. */
  via: string;
  /** Whose; empty: the gateway's. */
  account: string;
  /** policy.add, ...; empty for draft and queue. */
  action: string;
  /** policy example.com, ... */
  object: string;
}

export function importEvent(json: unknown, at = 'Event'): Event {
  const o = asObject(json, at);
  return {
    kind: asText(o.kind, `${at}.kind`),
    revision: asNumber(o.revision, `${at}.revision`),
    actor: asText(o.actor, `${at}.actor`),
    via: asText(o.via, `${at}.via`),
    account: asText(o.account, `${at}.account`),
    action: asText(o.action, `${at}.action`),
    object: asText(o.object, `${at}.object`),
  };
}

/** A page of evidence. */
export interface Evidence {
  /** Newest first. */
  items: Attempt[];
  /** The cursor of the next page, if there is one. */
  next: number | null;
}

export function importEvidence(json: unknown, at = 'Evidence'): Evidence {
  const o = asObject(json, at);
  return {
    items: asList(importAttempt)(o.items, `${at}.items`),
    next: orNull(asNumber)(o.next, `${at}.next`),
  };
}

/** Which evidence. */
export interface EvidenceQuery {
  /** Not before this. */
  from?: string | null;
  /** Before this. */
  until?: string | null;
  /** Only this domain. */
  domain?: string | null;
  /** Only this queue id. */
  message?: string | null;
  /** Only this hop. */
  hop?: Hop | null;
  /** Only this outcome. */
  outcome?: AttemptOutcome | null;
  /** The page after this cursor. */
  after?: number | null;
  /** At most this many; 100 if not given, 1000 at most. */
  limit?: number | null;
}

/** The only thing that weakens, and only until its end. */
export interface Exception {
  /** Its number in the records. */
  id: number;
  /** For exactly this domain. */
  domain: string;
  /** What is allowed meanwhile. */
  mode: Mode;
  /** Why. */
  reason: string;
  /** Who made it. */
  author: string;
  /** When it was made. */
  created: string;
  /** When it ends, at most 30 days later. */
  end: string;
  /** It holds now. */
  active: boolean;
}

export function importException(json: unknown, at = 'Exception'): Exception {
  const o = asObject(json, at);
  return {
    id: asNumber(o.id, `${at}.id`),
    domain: asText(o.domain, `${at}.domain`),
    mode: asWord(wordsMode)(o.mode, `${at}.mode`),
    reason: asText(o.reason, `${at}.reason`),
    author: asText(o.author, `${at}.author`),
    created: asText(o.created, `${at}.created`),
    end: asText(o.end, `${at}.end`),
    active: asBoolean(o.active, `${at}.active`),
  };
}

/** An exception to make. */
export interface ExceptionInput {
  /** For exactly this domain. */
  domain: string;
  /** What is allowed meanwhile. */
  mode: Mode;
  /** Why: auditors read it. */
  reason: string;
  /** When it ends, at most 30 days from now. */
  end: string;
}

/** An account's exceptions. */
export interface Exceptions {
  /** Newest first; ended ones too. */
  items: Exception[];
}

export function importExceptions(json: unknown, at = 'Exceptions'): Exceptions {
  const o = asObject(json, at);
  return {
    items: asList(importException)(o.items, `${at}.items`),
  };
}

/** Whose requirement. */
export interface ExplainQuery {
  /** A mailbox or a domain. */
  address?: string | null;
}

/** What one host must meet. */
export interface ExplainedHost {
  /** The MX or route. */
  host: string;
  /** Lower first. */
  preference: number;
  /** DNSSEC proved its name. */
  name_secure: boolean;
  /** What it must meet. */
  mode: Mode;
  /** In words. */
  demands: string[];
  /** What strict matches the certificate against. */
  names: string[];
  /** Why it is not used, if it is not. */
  out: string | null;
}

export function importExplainedHost(json: unknown, at = 'ExplainedHost'): ExplainedHost {
  const o = asObject(json, at);
  return {
    host: asText(o.host, `${at}.host`),
    preference: asNumber(o.preference, `${at}.preference`),
    name_secure: asBoolean(o.name_secure, `${at}.name_secure`),
    mode: asWord(wordsMode)(o.mode, `${at}.mode`),
    demands: asList(asText)(o.demands, `${at}.demands`),
    names: asList(asText)(o.names, `${at}.names`),
    out: orNull(asText)(o.out, `${at}.out`),
  };
}

/** Why this requirement, and what it means. */
export interface Explanation {
  /** The recipient's domain. */
  domain: string;
  /** mx, internal-route or external-route. */
  way: string;
  /** Mail to the domain. */
  delivery: HopExplanation;
  /** Mail from the domain. */
  receipt: HopExplanation;
  /** In the order of trying. */
  hosts: ExplainedHost[];
  /** Why there is nowhere to go. */
  failure: string | null;
  /** The same in lines for a terminal. */
  text: string;
}

export function importExplanation(json: unknown, at = 'Explanation'): Explanation {
  const o = asObject(json, at);
  return {
    domain: asText(o.domain, `${at}.domain`),
    way: asText(o.way, `${at}.way`),
    delivery: importHopExplanation(o.delivery, `${at}.delivery`),
    receipt: importHopExplanation(o.receipt, `${at}.receipt`),
    hosts: asList(importExplainedHost)(o.hosts, `${at}.hosts`),
    failure: orNull(asText)(o.failure, `${at}.failure`),
    text: asText(o.text, `${at}.text`),
  };
}

/** Where external mail goes instead of its MX. */
export interface ExternalRoute {
  /** Its number in the records. */
  id: number;
  /** The external domain; "*" for all of them (a smarthost). */
  domain: string;
  /** A name or an address. */
  host: string;
  /** 25 as a rule. */
  port: number;
  /** Lower first; equal ones share the load. */
  priority: number;
  /** STARTTLS, or TLS from the first byte. */
  tls: TlsStart;
  /** What the route demands. */
  mode: Mode;
  /** What the certificate must carry; the host if not set. */
  verify_name: string | null;
  /** DANE and MTA-STS of the destination are asked here too. */
  consult_published: boolean;
  /** Whom Postern signs in as, if anyone. */
  login_user: string | null;
}

export function importExternalRoute(json: unknown, at = 'ExternalRoute'): ExternalRoute {
  const o = asObject(json, at);
  return {
    id: asNumber(o.id, `${at}.id`),
    domain: asText(o.domain, `${at}.domain`),
    host: asText(o.host, `${at}.host`),
    port: asNumber(o.port, `${at}.port`),
    priority: asNumber(o.priority, `${at}.priority`),
    tls: asWord(wordsTlsStart)(o.tls, `${at}.tls`),
    mode: asWord(wordsMode)(o.mode, `${at}.mode`),
    verify_name: orNull(asText)(o.verify_name, `${at}.verify_name`),
    consult_published: asBoolean(o.consult_published, `${at}.consult_published`),
    login_user: orNull(asText)(o.login_user, `${at}.login_user`),
  };
}

/** An external route to add, or to put in another's place. */
export interface ExternalRouteInput {
  /** The external domain, or "*". */
  domain: string;
  /** A name or an address. */
  host: string;
  /** 25 if not given. */
  port?: number | null;
  /** 10 if not given. */
  priority?: number | null;
  /** STARTTLS if not given. */
  tls?: TlsStart | null;
  /** Strict if not given. */
  mode?: Mode | null;
  /** What the certificate must carry. */
  verify_name?: string | null;
  /** False if not given. */
  consult_published?: boolean | null;
  /** Whom to sign in as; empty: nobody. */
  login_user?: string | null;
  /** The password; on a change, not given: as before. */
  login_password?: string | null;
}

/** An account's external routes. */
export interface ExternalRoutes {
  /** By domain and priority. */
  items: ExternalRoute[];
}

export function importExternalRoutes(json: unknown, at = 'ExternalRoutes'): ExternalRoutes {
  const o = asObject(json, at);
  return {
    items: asList(importExternalRoute)(o.items, `${at}.items`),
  };
}

/** What Finish put in force, as one change. */
export interface Finished {
  /** The records' revision that holds it. */
  revision: number;
  /** What changed. */
  changes: Planned[];
}

export function importFinished(json: unknown, at = 'Finished'): Finished {
  const o = asObject(json, at);
  return {
    revision: asNumber(o.revision, `${at}.revision`),
    changes: asList(importPlanned)(o.changes, `${at}.changes`),
  };
}

/** Whether outbound mail reaches the gateway. */
export interface FirstMessage {
  /** A message of an internal server has been accepted. */
  arrived: boolean;
  /** When the first (or last) one came. */
  at: string | null;
  /** The server that sent it. */
  from_address: string | null;
  /** The TLS that it used; none: in clear. */
  tls_version: string | null;
}

export function importFirstMessage(json: unknown, at = 'FirstMessage'): FirstMessage {
  const o = asObject(json, at);
  return {
    arrived: asBoolean(o.arrived, `${at}.arrived`),
    at: orNull(asText)(o.at, `${at}.at`),
    from_address: orNull(asText)(o.from_address, `${at}.from_address`),
    tls_version: orNull(asText)(o.tls_version, `${at}.tls_version`),
  };
}

/** The gateway that answers. */
export interface GatewayInfo {
  /** The gateway's own name: what MX records name. */
  hostname: string;
  /** What runs here. */
  version: string;
  /** Which node answers. */
  node: string;
  /** Where mail is accepted. */
  listeners: Place[];
  /** What it shows to clients. */
  certificates: CertificateInfo[];
}

export function importGatewayInfo(json: unknown, at = 'GatewayInfo'): GatewayInfo {
  const o = asObject(json, at);
  return {
    hostname: asText(o.hostname, `${at}.hostname`),
    version: asText(o.version, `${at}.version`),
    node: asText(o.node, `${at}.node`),
    listeners: asList(importPlace)(o.listeners, `${at}.listeners`),
    certificates: asList(importCertificateInfo)(o.certificates, `${at}.certificates`),
  };
}

/** A role in an account. */
export interface Grant {
  /** The account's name; "*" for every account. */
  account: string;
  /** What the user may do there. */
  role: Role;
}

export function importGrant(json: unknown, at = 'Grant'): Grant {
  const o = asObject(json, at);
  return {
    account: asText(o.account, `${at}.account`),
    role: asWord(wordsRole)(o.role, `${at}.role`),
  };
}

/** Why a hop has its requirement. */
export interface HopExplanation {
  /** The requirement. */
  mode: Mode;
  /** The same with monitored policies counted. */
  monitored_mode: Mode;
  /** An exception allows less for now. */
  used_exception: boolean;
  /** Every source, the winner first. */
  sources: Source[];
}

export function importHopExplanation(json: unknown, at = 'HopExplanation'): HopExplanation {
  const o = asObject(json, at);
  return {
    mode: asWord(wordsMode)(o.mode, `${at}.mode`),
    monitored_mode: asWord(wordsMode)(o.monitored_mode, `${at}.monitored_mode`),
    used_exception: asBoolean(o.used_exception, `${at}.used_exception`),
    sources: asList(importSource)(o.sources, `${at}.sources`),
  };
}

/** A hop's last day. */
export interface HopNumbers {
  /** Which hop. */
  hop: Hop;
  /** authenticated, encrypted, mixed, clear or none: the last day's sessions. */
  lock: string;
  /** Attempts. */
  total: number;
  /** With TLS and a proved peer. */
  authenticated: number;
  /** With TLS alone. */
  encrypted: number;
  /** Without TLS. */
  clear: number;
  /** Deferred, refused or bounced. */
  failed: number;
}

export function importHopNumbers(json: unknown, at = 'HopNumbers'): HopNumbers {
  const o = asObject(json, at);
  return {
    hop: asWord(wordsHop)(o.hop, `${at}.hop`),
    lock: asText(o.lock, `${at}.lock`),
    total: asNumber(o.total, `${at}.total`),
    authenticated: asNumber(o.authenticated, `${at}.authenticated`),
    encrypted: asNumber(o.encrypted, `${at}.encrypted`),
    clear: asNumber(o.clear, `${at}.clear`),
    failed: asNumber(o.failed, `${at}.failed`),
  };
}

/** What one host showed. */
export interface HostFinding {
  /** The MX or route host. */
  host: string;
  /** 25 as a rule. */
  port: number;
  /** Lower first. */
  preference: number;
  /** DNSSEC proved its name. */
  secure: boolean;
  /** What it is ready for. */
  readiness: Readiness;
  /** Why not for strict. */
  why: Reason | null;
  /** Every address. */
  addresses: AddressFinding[];
}

export function importHostFinding(json: unknown, at = 'HostFinding'): HostFinding {
  const o = asObject(json, at);
  return {
    host: asText(o.host, `${at}.host`),
    port: asNumber(o.port, `${at}.port`),
    preference: asNumber(o.preference, `${at}.preference`),
    secure: asBoolean(o.secure, `${at}.secure`),
    readiness: asWord(wordsReadiness)(o.readiness, `${at}.readiness`),
    why: orNull(importReason)(o.why, `${at}.why`),
    addresses: asList(importAddressFinding)(o.addresses, `${at}.addresses`),
  };
}

/** Policies to import, up to 8 MiB of them. */
export interface Import {
  /** CSV with a header line that has a column domain, or a plain list. */
  text: string;
  /** For lines that name none; strict if not given. */
  mode?: Mode | null;
  /** For lines that name none; enforce if not given. */
  stage?: Stage | null;
  /** Lines with other settings change a policy that is there; else they are refused. */
  update?: boolean | null;
  /** Only say what would happen. */
  dry_run?: boolean | null;
}

/** What became of a line. */
export interface ImportLine {
  /** In the input, from 1. */
  line: number;
  /** What the line names. */
  domain: string;
  /** added, changed, unchanged or refused. */
  effect: string;
  /** Why it was refused. */
  why: string;
}

export function importImportLine(json: unknown, at = 'ImportLine'): ImportLine {
  const o = asObject(json, at);
  return {
    line: asNumber(o.line, `${at}.line`),
    domain: asText(o.domain, `${at}.domain`),
    effect: asText(o.effect, `${at}.effect`),
    why: asText(o.why, `${at}.why`),
  };
}

/** What an import did, or would do. */
export interface ImportReport {
  /** The lines that were refused, and up to 1000 others. */
  lines: ImportLine[];
  /** How many are new. */
  added: number;
  /** How many changed one that was there. */
  changed: number;
  /** How many were there already. */
  unchanged: number;
  /** How many were refused. */
  refused: number;
}

export function importImportReport(json: unknown, at = 'ImportReport'): ImportReport {
  const o = asObject(json, at);
  return {
    lines: asList(importImportLine)(o.lines, `${at}.lines`),
    added: asNumber(o.added, `${at}.added`),
    changed: asNumber(o.changed, `${at}.changed`),
    unchanged: asNumber(o.unchanged, `${at}.unchanged`),
    refused: asNumber(o.refused, `${at}.refused`),
  };
}

/** Long work; kept for an hour after its end. */
export interface Job {
  /** To ask for it again. */
  id: string;
  /** probe or route-test. */
  kind: string;
  /** How far it is. */
  state: JobState;
  /** How many items are done. */
  done: number;
  /** How many there are. */
  total: number;
  /** When it began. */
  started: string;
  /** In the order they were given. */
  items: JobItem[];
}

export function importJob(json: unknown, at = 'Job'): Job {
  const o = asObject(json, at);
  return {
    id: asText(o.id, `${at}.id`),
    kind: asText(o.kind, `${at}.kind`),
    state: asWord(wordsJobState)(o.state, `${at}.state`),
    done: asNumber(o.done, `${at}.done`),
    total: asNumber(o.total, `${at}.total`),
    started: asText(o.started, `${at}.started`),
    items: asList(importJobItem)(o.items, `${at}.items`),
  };
}

/** One thing that a job looks at. */
export interface JobItem {
  /** The domain, or the route's label. */
  name: string;
  /** It has been looked at. */
  done: boolean;
  /** What happens now: connecting, asking for STARTTLS, ...; empty when done. */
  step: string;
  /** A domain's result. */
  domain: DomainFinding | null;
  /** A route's result. */
  route: RouteProof | null;
  /** Why there is no result. */
  failure: Reason | null;
}

export function importJobItem(json: unknown, at = 'JobItem'): JobItem {
  const o = asObject(json, at);
  return {
    name: asText(o.name, `${at}.name`),
    done: asBoolean(o.done, `${at}.done`),
    step: asText(o.step, `${at}.step`),
    domain: orNull(importDomainFinding)(o.domain, `${at}.domain`),
    route: orNull(importRouteProof)(o.route, `${at}.route`),
    failure: orNull(importReason)(o.failure, `${at}.failure`),
  };
}

/** A certificate that the gateway gets and renews by itself. */
export interface KeptCertificate {
  /** Its first name: what commands name it by. */
  name: string;
  /** The names that it is for. */
  names: string[];
  /** The one in use; none until the first came. */
  certificate: CertificateInfo | null;
  /** When the authority is asked for the next. */
  renewal: string | null;
  /** Attempts that failed since the last success. */
  failures: number;
  /** Why the last one failed; escaped. */
  why: string;
  /** When it is tried again, after a failure. */
  next_attempt: string | null;
  /** A newer one, which is not shown yet. */
  waiting: CertificateInfo | null;
  /** The TLSA record of the key that is to come. */
  next_tlsa: string | null;
  /** What the newer one, or the next key, waits for. */
  waits_for: string;
}

export function importKeptCertificate(json: unknown, at = 'KeptCertificate'): KeptCertificate {
  const o = asObject(json, at);
  return {
    name: asText(o.name, `${at}.name`),
    names: asList(asText)(o.names, `${at}.names`),
    certificate: orNull(importCertificateInfo)(o.certificate, `${at}.certificate`),
    renewal: orNull(asText)(o.renewal, `${at}.renewal`),
    failures: asNumber(o.failures, `${at}.failures`),
    why: asText(o.why, `${at}.why`),
    next_attempt: orNull(asText)(o.next_attempt, `${at}.next_attempt`),
    waiting: orNull(importCertificateInfo)(o.waiting, `${at}.waiting`),
    next_tlsa: orNull(asText)(o.next_tlsa, `${at}.next_tlsa`),
    waits_for: asText(o.waits_for, `${at}.waits_for`),
  };
}

/** The session's user. */
export interface Me {
  /** The user's name; of a token, its name. */
  user: string;
  /** What the user may do. */
  grants: Grant[];
  /** To be sent as X-CSRF-Token with every request that changes something. */
  csrf_token: string;
  /** A second factor is set. */
  second_factor: boolean;
  /** When the session ends. */
  expires: string | null;
  /** The gateway's version. */
  version: string;
  /** The gateway's own name. */
  hostname: string;
}

export function importMe(json: unknown, at = 'Me'): Me {
  const o = asObject(json, at);
  return {
    user: asText(o.user, `${at}.user`),
    grants: asList(importGrant)(o.grants, `${at}.grants`),
    csrf_token: asText(o.csrf_token, `${at}.csrf_token`),
    second_factor: asBoolean(o.second_factor, `${at}.second_factor`),
    expires: orNull(asText)(o.expires, `${at}.expires`),
    version: asText(o.version, `${at}.version`),
    hostname: asText(o.hostname, `${at}.hostname`),
  };
}

/** A message in the queue; never its content. */
export interface Message {
  /** The queue id. */
  id: string;
  /** The envelope's sender; empty: a bounce. */
  sender: string;
  /** Bytes. */
  size: number;
  /** When it was accepted. */
  accepted: string;
  /** Whence; escaped. */
  from_host: string;
  /** Where it still has to go. */
  deliveries: Delivery[];
}

export function importMessage(json: unknown, at = 'Message'): Message {
  const o = asObject(json, at);
  return {
    id: asText(o.id, `${at}.id`),
    sender: asText(o.sender, `${at}.sender`),
    size: asNumber(o.size, `${at}.size`),
    accepted: asText(o.accepted, `${at}.accepted`),
    from_host: asText(o.from_host, `${at}.from_host`),
    deliveries: asList(importDelivery)(o.deliveries, `${at}.deliveries`),
  };
}

/** A page of the queue. */
export interface Messages {
  /** Oldest first. */
  items: Message[];
  /** How many the whole queue of the account holds. */
  messages: number;
  /** How many deliveries are held. */
  held: number;
  /** The cursor of the next page, if there is one. */
  next: string | null;
}

export function importMessages(json: unknown, at = 'Messages'): Messages {
  const o = asObject(json, at);
  return {
    items: asList(importMessage)(o.items, `${at}.items`),
    messages: asNumber(o.messages, `${at}.messages`),
    held: asNumber(o.held, `${at}.held`),
    next: orNull(asText)(o.next, `${at}.next`),
  };
}

/** Why a monitored policy would have stopped deliveries. */
export interface MonitorReason {
  /** Stable code. */
  code: string;
  /** What it means. */
  sentence: string;
  /** How many would have failed so. */
  deliveries: number;
}

export function importMonitorReason(json: unknown, at = 'MonitorReason'): MonitorReason {
  const o = asObject(json, at);
  return {
    code: asText(o.code, `${at}.code`),
    sentence: asText(o.sentence, `${at}.sentence`),
    deliveries: asNumber(o.deliveries, `${at}.deliveries`),
  };
}

/** What a monitored policy would have stopped. */
export interface MonitorResult {
  /** Deliveries evaluated in the last 30 days. */
  total: number;
  /** How many would have failed. */
  would_fail: number;
  /** Why, most frequent first. */
  reasons: MonitorReason[];
}

export function importMonitorResult(json: unknown, at = 'MonitorResult'): MonitorResult {
  const o = asObject(json, at);
  return {
    total: asNumber(o.total, `${at}.total`),
    would_fail: asNumber(o.would_fail, `${at}.would_fail`),
    reasons: asList(importMonitorReason)(o.reasons, `${at}.reasons`),
  };
}

/** A token just made. */
export interface NewToken {
  /** The token. */
  token: Token;
  /** Shown this once; it is not kept. */
  secret: string;
}

export function importNewToken(json: unknown, at = 'NewToken'): NewToken {
  const o = asObject(json, at);
  return {
    token: importToken(o.token, `${at}.token`),
    secret: asText(o.secret, `${at}.secret`),
  };
}

/** An account at a glance. */
export interface Overview {
  /** The four hops, in the order of the picture. */
  hops: HopNumbers[];
  /** The last 24 hours. */
  numbers: DayNumbers;
  /** The worst first. */
  attention: Attention[];
}

export function importOverview(json: unknown, at = 'Overview'): Overview {
  const o = asObject(json, at);
  return {
    hops: asList(importHopNumbers)(o.hops, `${at}.hops`),
    numbers: importDayNumbers(o.numbers, `${at}.numbers`),
    attention: asList(importAttention)(o.attention, `${at}.attention`),
  };
}

/** The gateway's own certificates. */
export interface OwnCertificates {
  /** What the gateway shows to those who connect. */
  in_force: ShownCertificate[];
  /** Read from files, and not shown yet: mail alone waits. */
  held: CertificateInfo[];
  /** Why they wait. */
  held_why: string;
  /** It gets certificates by itself: [acme] names a directory. */
  renews: boolean;
  /** Those; of policy hosts, only of domains of accounts that you may see. */
  kept: KeptCertificate[];
}

export function importOwnCertificates(json: unknown, at = 'OwnCertificates'): OwnCertificates {
  const o = asObject(json, at);
  return {
    in_force: asList(importShownCertificate)(o.in_force, `${at}.in_force`),
    held: asList(importCertificateInfo)(o.held, `${at}.held`),
    held_why: asText(o.held_why, `${at}.held_why`),
    renews: asBoolean(o.renews, `${at}.renews`),
    kept: asList(importKeptCertificate)(o.kept, `${at}.kept`),
  };
}

/** A domain of the world, as the account knows it. */
export interface Partner {
  /** As A-labels. */
  domain: string;
  /** As people write it. */
  shown_as: string;
  /** The policy for exactly this domain, or the wildcard that covers it. */
  policy: Policy | null;
  /** Those for it, ended ones too. */
  exceptions: Exception[];
  /** The four hops. */
  hops: PartnerHop[];
  /** Why this requirement. */
  explanation: Explanation;
  /** Those that showed a certificate. */
  servers: PartnerServer[];
  /** For a policy in stage monitor. */
  monitor: MonitorResult | null;
  /** The last attempts, newest first. */
  recent: Attempt[];
}

export function importPartner(json: unknown, at = 'Partner'): Partner {
  const o = asObject(json, at);
  return {
    domain: asText(o.domain, `${at}.domain`),
    shown_as: asText(o.shown_as, `${at}.shown_as`),
    policy: orNull(importPolicy)(o.policy, `${at}.policy`),
    exceptions: asList(importException)(o.exceptions, `${at}.exceptions`),
    hops: asList(importPartnerHop)(o.hops, `${at}.hops`),
    explanation: importExplanation(o.explanation, `${at}.explanation`),
    servers: asList(importPartnerServer)(o.servers, `${at}.servers`),
    monitor: orNull(importMonitorResult)(o.monitor, `${at}.monitor`),
    recent: asList(importAttempt)(o.recent, `${at}.recent`),
  };
}

/** A partner's hop. */
export interface PartnerHop {
  /** Which hop. */
  hop: Hop;
  /** What it demands now. */
  required: Mode;
  /** The last proof. */
  last: Attempt | null;
  /** Attempts of the last 30 days. */
  total: number;
  /** How many of them failed. */
  failed: number;
}

export function importPartnerHop(json: unknown, at = 'PartnerHop'): PartnerHop {
  const o = asObject(json, at);
  return {
    hop: asWord(wordsHop)(o.hop, `${at}.hop`),
    required: asWord(wordsMode)(o.required, `${at}.required`),
    last: orNull(importAttempt)(o.last, `${at}.last`),
    total: asNumber(o.total, `${at}.total`),
    failed: asNumber(o.failed, `${at}.failed`),
  };
}

/** A server that mail to a partner went to. */
export interface PartnerServer {
  /** A mail server of the partner; escaped. */
  host: string;
  /** When it last showed a certificate. */
  seen: string;
  /** Its fingerprint, hex. */
  certificate_sha256: string;
  /** Until when it is valid. */
  expiry: string;
  /** When it last took mail. */
  delivered: string | null;
}

export function importPartnerServer(json: unknown, at = 'PartnerServer'): PartnerServer {
  const o = asObject(json, at);
  return {
    host: asText(o.host, `${at}.host`),
    seen: asText(o.seen, `${at}.seen`),
    certificate_sha256: asText(o.certificate_sha256, `${at}.certificate_sha256`),
    expiry: asText(o.expiry, `${at}.expiry`),
    delivered: orNull(asText)(o.delivered, `${at}.delivered`),
  };
}

/** Changes one's own password; other sessions end. */
export interface PasswordChange {
  /** The password until now. */
  current: string;
  /** The new one: at least 12 characters. */
  fresh: string;
}

/** A listener of the gateway. */
export interface Place {
  /** world or internal. */
  role: string;
  /** Where it listens, with its port. */
  address: string;
  /** starttls or implicit. */
  tls: string;
}

export function importPlace(json: unknown, at = 'Place'): Place {
  const o = asObject(json, at);
  return {
    role: asText(o.role, `${at}.role`),
    address: asText(o.address, `${at}.address`),
    tls: asText(o.tls, `${at}.tls`),
  };
}

/** What Finish will change. */
export interface Plan {
  /** In the order they are shown. */
  changes: Planned[];
  /** Finish is allowed. */
  may_finish: boolean;
  /** Why it is not; empty if it is. */
  why_not: string;
}

export function importPlan(json: unknown, at = 'Plan'): Plan {
  const o = asObject(json, at);
  return {
    changes: asList(importPlanned)(o.changes, `${at}.changes`),
    may_finish: asBoolean(o.may_finish, `${at}.may_finish`),
    why_not: asText(o.why_not, `${at}.why_not`),
  };
}

/** A change that Finish makes. */
export interface Planned {
  /** add, remove, enforce, lower or require-tls. */
  action: string;
  /** policy example.com, internal route mx1.corp.example:25, ... */
  object: string;
  /** One sentence: what changes. */
  text: string;
  /** How many messages of the last 30 days it would have touched. */
  messages: number;
  /** How many of them would have met less than is demanded. */
  would_fail: number;
}

export function importPlanned(json: unknown, at = 'Planned'): Planned {
  const o = asObject(json, at);
  return {
    action: asText(o.action, `${at}.action`),
    object: asText(o.object, `${at}.object`),
    text: asText(o.text, `${at}.text`),
    messages: asNumber(o.messages, `${at}.messages`),
    would_fail: asNumber(o.would_fail, `${at}.would_fail`),
  };
}

/** A page of an account's policies. */
export interface Policies {
  /** By domain. */
  items: Policy[];
  /** How many match, on all pages. */
  total: number;
  /** The cursor of the next page, if there is one. */
  next: string | null;
}

export function importPolicies(json: unknown, at = 'Policies'): Policies {
  const o = asObject(json, at);
  return {
    items: asList(importPolicy)(o.items, `${at}.items`),
    total: asNumber(o.total, `${at}.total`),
    next: orNull(asText)(o.next, `${at}.next`),
  };
}

/** What is demanded of an external domain. */
export interface Policy {
  /** Its number in the records. */
  id: number;
  /** example.com, or *.gov.uk for all below gov.uk. */
  domain: string;
  /** The same as people write it. */
  shown_as: string;
  /** Domains below the wildcard that it leaves out. */
  exclude: string[];
  /** What it demands. */
  mode: Mode;
  /** In force, or only watched. */
  stage: Stage;
  /** It speaks for mail to the domain. */
  delivery: boolean;
  /** It speaks for mail from the domain. */
  receipt: boolean;
  /** What proves a server under strict. */
  require: Accept;
  /** The oldest TLS version that it takes. */
  floor: Floor;
  /** Pinned MX patterns. */
  mx: string[];
  /** Further names that the certificate may carry. */
  names: string[];
  /** SHA-256 pins of public keys, hex. */
  spki: string[];
  /** What the partner's client certificate must carry, on receipt. */
  client_names: string[];
  /** Wait and try again, or bounce at once. */
  on_failure: OnFailure;
  /** How long mail waits before it bounces: 24h. */
  time_limit: string;
  /** From when it holds. */
  valid_from: string | null;
  /** Until when it holds. */
  valid_until: string | null;
  /** It holds now. */
  active: boolean;
  /** The administrator's own words. */
  note: string;
  /** Who made it. */
  author: string;
  /** When it was made. */
  created: string;
}

export function importPolicy(json: unknown, at = 'Policy'): Policy {
  const o = asObject(json, at);
  return {
    id: asNumber(o.id, `${at}.id`),
    domain: asText(o.domain, `${at}.domain`),
    shown_as: asText(o.shown_as, `${at}.shown_as`),
    exclude: asList(asText)(o.exclude, `${at}.exclude`),
    mode: asWord(wordsMode)(o.mode, `${at}.mode`),
    stage: asWord(wordsStage)(o.stage, `${at}.stage`),
    delivery: asBoolean(o.delivery, `${at}.delivery`),
    receipt: asBoolean(o.receipt, `${at}.receipt`),
    require: asWord(wordsAccept)(o.require, `${at}.require`),
    floor: asWord(wordsFloor)(o.floor, `${at}.floor`),
    mx: asList(asText)(o.mx, `${at}.mx`),
    names: asList(asText)(o.names, `${at}.names`),
    spki: asList(asText)(o.spki, `${at}.spki`),
    client_names: asList(asText)(o.client_names, `${at}.client_names`),
    on_failure: asWord(wordsOnFailure)(o.on_failure, `${at}.on_failure`),
    time_limit: asText(o.time_limit, `${at}.time_limit`),
    valid_from: orNull(asText)(o.valid_from, `${at}.valid_from`),
    valid_until: orNull(asText)(o.valid_until, `${at}.valid_until`),
    active: asBoolean(o.active, `${at}.active`),
    note: asText(o.note, `${at}.note`),
    author: asText(o.author, `${at}.author`),
    created: asText(o.created, `${at}.created`),
  };
}

/** A policy to add, or to put in another's place. */
export interface PolicyInput {
  /** example.com, or *.gov.uk. */
  domain: string;
  /** Domains below the wildcard that it leaves out. */
  exclude?: string[];
  /** Strict if not given. */
  mode?: Mode | null;
  /** Enforce if not given. */
  stage?: Stage | null;
  /** True if not given. */
  delivery?: boolean | null;
  /** True if not given. */
  receipt?: boolean | null;
  /** Any if not given. */
  require?: Accept | null;
  /** Standard if not given. */
  floor?: Floor | null;
  /** Pinned MX patterns: mx1.example.com, *.mail.example.com. */
  mx?: string[];
  /** Further names that the certificate may carry. */
  names?: string[];
  /** SHA-256 pins of public keys, hex. */
  spki?: string[];
  /** What the client certificate must carry, on receipt. */
  client_names?: string[];
  /** Defer if not given. */
  on_failure?: OnFailure | null;
  /** 24h if not given. */
  time_limit?: string | null;
  /** From when it holds. */
  valid_from?: string | null;
  /** Until when it holds. */
  valid_until?: string | null;
  /** The administrator's own words. */
  note?: string | null;
}

/** Which policies. */
export interface PolicyQuery {
  /** Only domains that contain this text. */
  q?: string | null;
  /** Only this mode. */
  mode?: Mode | null;
  /** Only this stage. */
  stage?: Stage | null;
  /** The page after this cursor (a reply's next). */
  after?: string | null;
  /** At most this many; 100 if not given, 1000 at most. */
  limit?: number | null;
}

/** What a domain publishes about TLS. */
export interface Posture {
  /** The internal domain. */
  domain: string;
  /** Nothing is missing, differs or could not be looked up. */
  good: boolean;
  /** Why DNSSEC validation does not work here; empty: it works. */
  dnssec: string;
  /** In the order in which to publish them. */
  items: PostureItem[];
}

export function importPosture(json: unknown, at = 'Posture'): Posture {
  const o = asObject(json, at);
  return {
    domain: asText(o.domain, `${at}.domain`),
    good: asBoolean(o.good, `${at}.good`),
    dnssec: asText(o.dnssec, `${at}.dnssec`),
    items: asList(importPostureItem)(o.items, `${at}.items`),
  };
}

/** A record, as it should be and as it is. */
export interface PostureItem {
  /** What it is for. */
  kind: PostureKind;
  /** The same in words. */
  title: string;
  /** Where to publish it: a name, or the address of the policy. */
  name: string;
  /** TXT, TLSA, CNAME, MX, or HTTPS. */
  type: string;
  /** What to publish, a record a line; empty: nothing should be there. */
  value: string;
  /** How it is now. */
  state: PostureState;
  /** What is there now; escaped. */
  found: string[];
  /** One sentence: what it is for, or what differs. */
  why: string;
}

export function importPostureItem(json: unknown, at = 'PostureItem'): PostureItem {
  const o = asObject(json, at);
  return {
    kind: asWord(wordsPostureKind)(o.kind, `${at}.kind`),
    title: asText(o.title, `${at}.title`),
    name: asText(o.name, `${at}.name`),
    type: asText(o.type, `${at}.type`),
    value: asText(o.value, `${at}.value`),
    state: asWord(wordsPostureState)(o.state, `${at}.state`),
    found: asList(asText)(o.found, `${at}.found`),
    why: asText(o.why, `${at}.why`),
  };
}

/** Domains to look at. */
export interface ProbeInput {
  /** 1 to 500 domains to look at; no mail is sent. */
  domains?: string[];
}

/** An administrator's hand on the queue. */
export interface QueueCommand {
  /** What to do. */
  action: QueueAction;
  /** These messages; or name a domain, or say all. */
  messages?: string[];
  /** All that goes to this domain. */
  domain?: string | null;
  /** All of the account's queue. */
  all?: boolean | null;
}

/** What a command did. */
export interface QueueEffect {
  /** How many changed. */
  deliveries: number;
}

export function importQueueEffect(json: unknown, at = 'QueueEffect'): QueueEffect {
  const o = asObject(json, at);
  return {
    deliveries: asNumber(o.deliveries, `${at}.deliveries`),
  };
}

/** Which messages. */
export interface QueueQuery {
  /** Only to this domain. */
  domain?: string | null;
  /** queued or held. */
  state?: string | null;
  /** The page after this queue id. */
  after?: string | null;
  /** At most this many; 100 if not given, 1000 at most. */
  limit?: number | null;
}

/** Why something is not met. */
export interface Reason {
  /** Stable: certificate-expired, ... */
  code: string;
  /** For people. */
  sentence: string;
  /** What to do about it. */
  remedy: string;
}

export function importReason(json: unknown, at = 'Reason'): Reason {
  const o = asObject(json, at);
  return {
    code: asText(o.code, `${at}.code`),
    sentence: asText(o.sentence, `${at}.sentence`),
    remedy: asText(o.remedy, `${at}.remedy`),
  };
}

/** An internal server route. */
export interface Route {
  /** Its number in the records. */
  id: number;
  /** The internal domain whose mail goes there. */
  domain: string;
  /** A name or an address. */
  host: string;
  /** 25 as a rule. */
  port: number;
  /** Lower first; equal ones share the load. */
  priority: number;
  /** STARTTLS, or TLS from the first byte. */
  tls: TlsStart;
  /** What is enforced; proved by validation, never chosen. */
  mode: Mode;
  /** Further names that the certificate may carry. */
  names: string[];
  /** Whom Postern signs in as, if anyone. */
  login_user: string | null;
}

export function importRoute(json: unknown, at = 'Route'): Route {
  const o = asObject(json, at);
  return {
    id: asNumber(o.id, `${at}.id`),
    domain: asText(o.domain, `${at}.domain`),
    host: asText(o.host, `${at}.host`),
    port: asNumber(o.port, `${at}.port`),
    priority: asNumber(o.priority, `${at}.priority`),
    tls: asWord(wordsTlsStart)(o.tls, `${at}.tls`),
    mode: asWord(wordsMode)(o.mode, `${at}.mode`),
    names: asList(asText)(o.names, `${at}.names`),
    login_user: orNull(asText)(o.login_user, `${at}.login_user`),
  };
}

/** An internal server route to add, or to put in another's place. */
export interface RouteInput {
  /** A validated internal domain of the account, or below one. */
  domain: string;
  /** A name or an address. */
  host: string;
  /** 25 if not given. */
  port?: number | null;
  /** 10 if not given. */
  priority?: number | null;
  /** STARTTLS if not given. */
  tls?: TlsStart | null;
  /** Further names that the certificate may carry. */
  names?: string[];
  /** Whom to sign in as; empty: nobody. */
  login_user?: string | null;
  /** The password; on a change, not given: as before. */
  login_password?: string | null;
}

/** The test of an internal server route. */
export interface RouteProof {
  /** The route's number in the records. */
  route: number;
  /** mx1.corp.example:25 */
  label: string;
  /** Green; a red one blocks Next. */
  passes: boolean;
  /** Strict - Trusted Enforced, Relaxed Encryption Mode, TLS Not Supported, or the true reason. */
  shown_as: string;
  /** What would be enforced, if it passes. */
  mode: Mode | null;
  /** Why not strict, or why it does not pass. */
  why: Reason | null;
  /** When it was tested. */
  time: string;
  /** Everything that was seen. */
  finding: HostFinding;
}

export function importRouteProof(json: unknown, at = 'RouteProof'): RouteProof {
  const o = asObject(json, at);
  return {
    route: asNumber(o.route, `${at}.route`),
    label: asText(o.label, `${at}.label`),
    passes: asBoolean(o.passes, `${at}.passes`),
    shown_as: asText(o.shown_as, `${at}.shown_as`),
    mode: orNull(asWord(wordsMode))(o.mode, `${at}.mode`),
    why: orNull(importReason)(o.why, `${at}.why`),
    time: asText(o.time, `${at}.time`),
    finding: importHostFinding(o.finding, `${at}.finding`),
  };
}

/** Tests internal server routes. */
export interface RouteTestInput {
  /** An internal address: all routes of its domain are tested. */
  address: string;
  /** Also send a test message to it; false if not given. */
  send_message?: boolean | null;
}

/** An account's internal server routes. */
export interface Routes {
  /** By domain and priority. */
  items: Route[];
}

export function importRoutes(json: unknown, at = 'Routes'): Routes {
  const o = asObject(json, at);
  return {
    items: asList(importRoute)(o.items, `${at}.items`),
  };
}

/** A second factor (RFC 6238) that is not in force yet. */
export interface SecondFactor {
  /** The shared secret, base 32: type it in. */
  secret: string;
  /** The same as an otpauth address: draw it as a QR code. */
  uri: string;
}

export function importSecondFactor(json: unknown, at = 'SecondFactor'): SecondFactor {
  const o = asObject(json, at);
  return {
    secret: asText(o.secret, `${at}.secret`),
    uri: asText(o.uri, `${at}.uri`),
  };
}

/** Proves the second factor. */
export interface SecondFactorCode {
  /** The six digits that are shown now. */
  code: string;
}

/** An internal server that may send. */
export interface Sender {
  /** Its number in the records. */
  id: number;
  /** How the server is known. */
  kind: SenderKind;
  /** Addresses, as 192.0.2.0/24. */
  range: string | null;
  /** Whom it signs in as. */
  user: string | null;
  /** It has a password. */
  password_set: boolean;
  /** SHA-256 of its certificate's key, hex. */
  certificate_spki: string | null;
  /** Its MAIL FROM is refused without TLS. */
  require_tls: boolean;
  /** What it is. */
  note: string;
}

export function importSender(json: unknown, at = 'Sender'): Sender {
  const o = asObject(json, at);
  return {
    id: asNumber(o.id, `${at}.id`),
    kind: asWord(wordsSenderKind)(o.kind, `${at}.kind`),
    range: orNull(asText)(o.range, `${at}.range`),
    user: orNull(asText)(o.user, `${at}.user`),
    password_set: asBoolean(o.password_set, `${at}.password_set`),
    certificate_spki: orNull(asText)(o.certificate_spki, `${at}.certificate_spki`),
    require_tls: asBoolean(o.require_tls, `${at}.require_tls`),
    note: asText(o.note, `${at}.note`),
  };
}

/** An internal sender to add, or to put in another's place. */
export interface SenderInput {
  /** How the server is known. */
  kind: SenderKind;
  /** Addresses, as 192.0.2.0/24 (address-range). */
  range?: string | null;
  /** Whom it signs in as (credentials). */
  user?: string | null;
  /** At least 12 characters; on a change, not given: as before. */
  password?: string | null;
  /** SHA-256 of its key, hex (client-certificate). */
  certificate_spki?: string | null;
  /** Its certificate instead. */
  certificate_pem?: string | null;
  /** False if not given. */
  require_tls?: boolean | null;
  /** What it is. */
  note?: string | null;
}

/** An account's internal senders. */
export interface Senders {
  /** In the order they were added. */
  items: Sender[];
}

export function importSenders(json: unknown, at = 'Senders'): Senders {
  const o = asObject(json, at);
  return {
    items: asList(importSender)(o.items, `${at}.items`),
  };
}

/** Makes the first administrator, of every account. */
export interface Setup {
  /** The code of the set-up link; it works once. */
  code: string;
  /** The first administrator's name. */
  user: string;
  /** At least 12 characters. */
  password: string;
}

/** Whether the first user has been made. */
export interface SetupState {
  /** No user exists yet: the set-up link that the gateway printed makes the first. */
  needed: boolean;
}

export function importSetupState(json: unknown, at = 'SetupState'): SetupState {
  const o = asObject(json, at);
  return {
    needed: asBoolean(o.needed, `${at}.needed`),
  };
}

/** A certificate in force. */
export interface ShownCertificate {
  /** The certificate. */
  certificate: CertificateInfo;
  /** To whom it is shown: mail, web. */
  uses: CertificateUse[];
  /** A file of the configuration, or kept by itself (acme). */
  origin: CertificateOrigin;
}

export function importShownCertificate(json: unknown, at = 'ShownCertificate'): ShownCertificate {
  const o = asObject(json, at);
  return {
    certificate: importCertificateInfo(o.certificate, `${at}.certificate`),
    uses: asList(asWord(wordsCertificateUse))(o.uses, `${at}.uses`),
    origin: asWord(wordsCertificateOrigin)(o.origin, `${at}.origin`),
  };
}

/** Starts a session. */
export interface SignIn {
  /** The user's name. */
  user: string;
  /** The password. */
  password: string;
  /** The six digits of the second factor, where one is set. */
  totp?: string | null;
}

/** A source that was considered. */
export interface Source {
  /** Who asks. */
  kind: SourceKind;
  /** Of the policy or route; 0 for what the world publishes. */
  id: number;
  /** As a person knows it. */
  name: string;
  /** What it asks for. */
  mode: Mode;
  /** joined, monitored, lost, waived or absent. */
  fate: string;
  /** Why it won or lost. */
  rule: string;
}

export function importSource(json: unknown, at = 'Source'): Source {
  const o = asObject(json, at);
  return {
    kind: asWord(wordsSourceKind)(o.kind, `${at}.kind`),
    id: asNumber(o.id, `${at}.id`),
    name: asText(o.name, `${at}.name`),
    mode: asWord(wordsMode)(o.mode, `${at}.mode`),
    fate: asText(o.fate, `${at}.fate`),
    rule: asText(o.rule, `${at}.rule`),
  };
}

/** A task of the set-up. */
export interface Task {
  /** validate-domains, inbound, outbound or tls-policies. */
  id: string;
  /** Platform, Gateway or Optional. */
  group: string;
  /** Set Up Your TLS Policies, ... */
  title: string;
  /** Whether it can start, and how far it is. */
  state: TaskState;
  /** The task that must be done first. */
  blocked_by: string | null;
  /** One sentence: what is done, or what comes next. */
  summary: string;
}

export function importTask(json: unknown, at = 'Task'): Task {
  const o = asObject(json, at);
  return {
    id: asText(o.id, `${at}.id`),
    group: asText(o.group, `${at}.group`),
    title: asText(o.title, `${at}.title`),
    state: asWord(wordsTaskState)(o.state, `${at}.state`),
    blocked_by: orNull(asText)(o.blocked_by, `${at}.blocked_by`),
    summary: asText(o.summary, `${at}.summary`),
  };
}

/** An account's set-up tasks. */
export interface Tasks {
  /** In their order. */
  items: Task[];
  /** How many are done. */
  done: number;
  /** How many there are. */
  total: number;
}

export function importTasks(json: unknown, at = 'Tasks'): Tasks {
  const o = asObject(json, at);
  return {
    items: asList(importTask)(o.items, `${at}.items`),
    done: asNumber(o.done, `${at}.done`),
    total: asNumber(o.total, `${at}.total`),
  };
}

/** What all reports about a day say. */
export interface TlsDay {
  /** 2026-11-26, UTC. */
  day: string;
  /** The internal domain. */
  domain: string;
  /** Sessions that went well. */
  successful: number;
  /** Sessions that failed. */
  failed: number;
  /** How many reports say so. */
  reports: number;
}

export function importTlsDay(json: unknown, at = 'TlsDay'): TlsDay {
  const o = asObject(json, at);
  return {
    day: asText(o.day, `${at}.day`),
    domain: asText(o.domain, `${at}.domain`),
    successful: asNumber(o.successful, `${at}.successful`),
    failed: asNumber(o.failed, `${at}.failed`),
    reports: asNumber(o.reports, `${at}.reports`),
  };
}

/** Days of received reports. */
export interface TlsDays {
  /** By day, then by domain. */
  items: TlsDay[];
}

export function importTlsDays(json: unknown, at = 'TlsDays'): TlsDays {
  const o = asObject(json, at);
  return {
    items: asList(importTlsDay)(o.items, `${at}.items`),
  };
}

/** A way in which mail to us fails, from all reports of a time. */
export interface TlsFailing {
  /** The internal domain. */
  domain: string;
  /** Who has the trouble, as it says; escaped. */
  organization: string;
  /** What failed (RFC 8460 4.3); escaped. */
  result_type: string;
  /** The same as a sentence. */
  meaning: string;
  /** At which host of ours; escaped. */
  receiving_mx: string;
  /** Their finer word for it, or empty; escaped. */
  reason: string;
  /** How many sessions. */
  sessions: number;
  /** The first day that tells of it. */
  first: string;
  /** The last one. */
  last: string;
}

export function importTlsFailing(json: unknown, at = 'TlsFailing'): TlsFailing {
  const o = asObject(json, at);
  return {
    domain: asText(o.domain, `${at}.domain`),
    organization: asText(o.organization, `${at}.organization`),
    result_type: asText(o.result_type, `${at}.result_type`),
    meaning: asText(o.meaning, `${at}.meaning`),
    receiving_mx: asText(o.receiving_mx, `${at}.receiving_mx`),
    reason: asText(o.reason, `${at}.reason`),
    sessions: asNumber(o.sessions, `${at}.sessions`),
    first: asText(o.first, `${at}.first`),
    last: asText(o.last, `${at}.last`),
  };
}

/** How mail to us fails. */
export interface TlsFailings {
  /** Most sessions first. */
  items: TlsFailing[];
}

export function importTlsFailings(json: unknown, at = 'TlsFailings'): TlsFailings {
  const o = asObject(json, at);
  return {
    items: asList(importTlsFailing)(o.items, `${at}.items`),
  };
}

/** A way in which sessions failed. */
export interface TlsFailure {
  /** What failed (RFC 8460 4.3); escaped. */
  result_type: string;
  /** The same as a sentence. */
  meaning: string;
  /** At which host of ours; escaped. */
  receiving_mx: string;
  /** At which address of ours; escaped. */
  receiving_ip: string;
  /** From which address of theirs; escaped. */
  sending_ip: string;
  /** Their finer word for it, or empty; escaped. */
  reason: string;
  /** Where they say more, or empty: text, no link; escaped. */
  information: string;
  /** How many sessions. */
  sessions: number;
}

export function importTlsFailure(json: unknown, at = 'TlsFailure'): TlsFailure {
  const o = asObject(json, at);
  return {
    result_type: asText(o.result_type, `${at}.result_type`),
    meaning: asText(o.meaning, `${at}.meaning`),
    receiving_mx: asText(o.receiving_mx, `${at}.receiving_mx`),
    receiving_ip: asText(o.receiving_ip, `${at}.receiving_ip`),
    sending_ip: asText(o.sending_ip, `${at}.sending_ip`),
    reason: asText(o.reason, `${at}.reason`),
    information: asText(o.information, `${at}.information`),
    sessions: asNumber(o.sessions, `${at}.sessions`),
  };
}

/** Which days of received reports. */
export interface TlsPeriodQuery {
  /** Only about this internal domain. */
  domain?: string | null;
  /** Of days not before this; 30 days if not given. */
  from?: string | null;
  /** Of days before this. */
  until?: string | null;
}

/** A received report, whole. */
export interface TlsReport {
  /** Who, when, how many. */
  summary: TlsReportSummary;
  /** By policy. */
  results: TlsResult[];
}

export function importTlsReport(json: unknown, at = 'TlsReport'): TlsReport {
  const o = asObject(json, at);
  return {
    summary: importTlsReportSummary(o.summary, `${at}.summary`),
    results: asList(importTlsResult)(o.results, `${at}.results`),
  };
}

/** Which received reports. */
export interface TlsReportQuery {
  /** Only about this internal domain. */
  domain?: string | null;
  /** Of days not before this. */
  from?: string | null;
  /** Of days before this. */
  until?: string | null;
  /** The page after this number. */
  before?: number | null;
  /** At most this many; 100 if not given, 1000 at most. */
  limit?: number | null;
}

/** A received report. */
export interface TlsReportSummary {
  /** Its number. */
  id: number;
  /** The internal domain that it is about. */
  domain: string;
  /** When it came. */
  received: string;
  /** Who sent it, as it says; escaped. */
  organization: string;
  /** Whom to ask, as it says; escaped. */
  contact: string;
  /** Its sender's name for it; escaped. */
  report_id: string;
  /** The first second that it covers. */
  begins: string;
  /** The last one. */
  ends: string;
  /** Sessions that went well. */
  successful: number;
  /** Sessions that failed. */
  failed: number;
}

export function importTlsReportSummary(json: unknown, at = 'TlsReportSummary'): TlsReportSummary {
  const o = asObject(json, at);
  return {
    id: asNumber(o.id, `${at}.id`),
    domain: asText(o.domain, `${at}.domain`),
    received: asText(o.received, `${at}.received`),
    organization: asText(o.organization, `${at}.organization`),
    contact: asText(o.contact, `${at}.contact`),
    report_id: asText(o.report_id, `${at}.report_id`),
    begins: asText(o.begins, `${at}.begins`),
    ends: asText(o.ends, `${at}.ends`),
    successful: asNumber(o.successful, `${at}.successful`),
    failed: asNumber(o.failed, `${at}.failed`),
  };
}

/** Received reports. */
export interface TlsReports {
  /** The newest first. */
  items: TlsReportSummary[];
  /** The cursor of the next page, if there is one. */
  next: number | null;
}

export function importTlsReports(json: unknown, at = 'TlsReports'): TlsReports {
  const o = asObject(json, at);
  return {
    items: asList(importTlsReportSummary)(o.items, `${at}.items`),
    next: orNull(asNumber)(o.next, `${at}.next`),
  };
}

/** What one policy came to. */
export interface TlsResult {
  /** tlsa, sts or no-policy-found. */
  policy_type: string;
  /** Whose policy it was; escaped. */
  policy_domain: string;
  /** The policy as they saw it; escaped. */
  policy: string[];
  /** The hosts that it names; escaped. */
  mx_hosts: string[];
  /** Sessions that went well. */
  successful: number;
  /** Sessions that failed. */
  failed: number;
  /** How they failed. */
  failures: TlsFailure[];
}

export function importTlsResult(json: unknown, at = 'TlsResult'): TlsResult {
  const o = asObject(json, at);
  return {
    policy_type: asText(o.policy_type, `${at}.policy_type`),
    policy_domain: asText(o.policy_domain, `${at}.policy_domain`),
    policy: asList(asText)(o.policy, `${at}.policy`),
    mx_hosts: asList(asText)(o.mx_hosts, `${at}.mx_hosts`),
    successful: asNumber(o.successful, `${at}.successful`),
    failed: asNumber(o.failed, `${at}.failed`),
    failures: asList(importTlsFailure)(o.failures, `${at}.failures`),
  };
}

/** A report that the gateway sends. */
export interface TlsSending {
  /** The day that it is about: 2026-11-26, UTC. */
  day: string;
  /** The domain that it is about. */
  domain: string;
  /** Where it goes; empty: the domain wants none; escaped. */
  destination: string;
  /** waiting, sent, failed or unwanted. */
  state: string;
  /** Our name for it. */
  report_id: string;
  /** How often it was tried. */
  attempts: number;
  /** When it is tried next, or was settled. */
  due: string;
  /** What the last attempt came to; escaped. */
  detail: string;
}

export function importTlsSending(json: unknown, at = 'TlsSending'): TlsSending {
  const o = asObject(json, at);
  return {
    day: asText(o.day, `${at}.day`),
    domain: asText(o.domain, `${at}.domain`),
    destination: asText(o.destination, `${at}.destination`),
    state: asText(o.state, `${at}.state`),
    report_id: asText(o.report_id, `${at}.report_id`),
    attempts: asNumber(o.attempts, `${at}.attempts`),
    due: asText(o.due, `${at}.due`),
    detail: asText(o.detail, `${at}.detail`),
  };
}

/** Reports that the gateway sends. */
export interface TlsSendings {
  /** The newest day first. */
  items: TlsSending[];
}

export function importTlsSendings(json: unknown, at = 'TlsSendings'): TlsSendings {
  const o = asObject(json, at);
  return {
    items: asList(importTlsSending)(o.items, `${at}.items`),
  };
}

/** A token for programs: Authorization: Bearer ... */
export interface Token {
  /** To name it by. */
  id: string;
  /** What it is for. */
  name: string;
  /** What it may do. */
  grants: Grant[];
  /** Who made it. */
  author: string;
  /** When it was made. */
  created: string;
  /** The last time that it was used, to the minute. */
  last_used: string | null;
  /** When it ends. */
  expires: string | null;
}

export function importToken(json: unknown, at = 'Token'): Token {
  const o = asObject(json, at);
  return {
    id: asText(o.id, `${at}.id`),
    name: asText(o.name, `${at}.name`),
    grants: asList(importGrant)(o.grants, `${at}.grants`),
    author: asText(o.author, `${at}.author`),
    created: asText(o.created, `${at}.created`),
    last_used: orNull(asText)(o.last_used, `${at}.last_used`),
    expires: orNull(asText)(o.expires, `${at}.expires`),
  };
}

/** A token to make. */
export interface TokenInput {
  /** What it is for. */
  name: string;
  /** What it may do: never more than its maker. */
  grants?: Grant[];
  /** How long it lives; 365 if not given. */
  days?: number | null;
}

/** The tokens that the session may see. */
export interface Tokens {
  /** By age. */
  items: Token[];
}

export function importTokens(json: unknown, at = 'Tokens'): Tokens {
  const o = asObject(json, at);
  return {
    items: asList(importToken)(o.items, `${at}.items`),
  };
}

/** One message's way. */
export interface Trace {
  /** The queue id. */
  id: string;
  /** What is still in the queue. */
  message: Message | null;
  /** Its way over the hops, oldest first. */
  attempts: Attempt[];
}

export function importTrace(json: unknown, at = 'Trace'): Trace {
  const o = asObject(json, at);
  return {
    id: asText(o.id, `${at}.id`),
    message: orNull(importMessage)(o.message, `${at}.message`),
    attempts: asList(importAttempt)(o.attempts, `${at}.attempts`),
  };
}

/** A person who may sign in. */
export interface User {
  /** What the user signs in with. */
  name: string;
  /** What the user may do. */
  grants: Grant[];
  /** A second factor is set. */
  second_factor: boolean;
  /** When the user was made. */
  created: string;
  /** The last time that the user signed in. */
  last_sign_in: string | null;
}

export function importUser(json: unknown, at = 'User'): User {
  const o = asObject(json, at);
  return {
    name: asText(o.name, `${at}.name`),
    grants: asList(importGrant)(o.grants, `${at}.grants`),
    second_factor: asBoolean(o.second_factor, `${at}.second_factor`),
    created: asText(o.created, `${at}.created`),
    last_sign_in: orNull(asText)(o.last_sign_in, `${at}.last_sign_in`),
  };
}

/** What is to change; what is not named stays. */
export interface UserChange {
  /** A new password; the user's sessions end. */
  password?: string | null;
  /** What the user may do from now on. */
  grants?: Grant[] | null;
  /** Only false: takes a lost second factor away. */
  second_factor?: boolean | null;
}

/** A user to add. */
export interface UserInput {
  /** Letters, digits, dots, dashes, @: what the user signs in with. */
  name: string;
  /** A first password, at least 12 characters. */
  password: string;
  /** What the user may do. */
  grants?: Grant[];
}

/** The users that the session may see. */
export interface Users {
  /** By name. */
  items: User[];
}

export function importUsers(json: unknown, at = 'Users'): Users {
  const o = asObject(json, at);
  return {
    items: asList(importUser)(o.items, `${at}.items`),
  };
}

/** Whether the first user is to be made. May be called by: anyone. */
export function getSetup(): Promise<SetupState> {
  return call('GET', `/setup`, undefined, undefined, importSetupState);
}

/** Makes the first administrator, once. May be called by: anyone. */
export function makeSetup(body: Setup): Promise<Me> {
  return call('POST', `/setup`, undefined, body, importMe);
}

/** Signs in. May be called by: anyone. */
export function signIn(body: SignIn): Promise<Me> {
  return call('POST', `/session`, undefined, body, importMe);
}

/** Who is signed in. May be called by: anyone who is signed in. */
export function getSession(): Promise<Me> {
  return call('GET', `/session`, undefined, undefined, importMe);
}

/** Signs out. May be called by: anyone who is signed in. */
export function signOut(): Promise<void> {
  return call('DELETE', `/session`, undefined, undefined, undefined);
}

/** Changes one's own password. May be called by: anyone who is signed in. */
export function changePassword(body: PasswordChange): Promise<void> {
  return call('POST', `/session/password`, undefined, body, undefined);
}

/** Makes a second factor, to be confirmed. May be called by: anyone who is signed in. */
export function makeSecondFactor(): Promise<SecondFactor> {
  return call('POST', `/session/second-factor`, undefined, undefined, importSecondFactor);
}

/** Puts the second factor in force. May be called by: anyone who is signed in. */
export function confirmSecondFactor(body: SecondFactorCode): Promise<Me> {
  return call('PUT', `/session/second-factor`, undefined, body, importMe);
}

/** Takes one's own second factor away. May be called by: anyone who is signed in. */
export function removeSecondFactor(body: SecondFactorCode): Promise<Me> {
  return call('POST', `/session/second-factor/remove`, undefined, body, importMe);
}

/** The users that one may manage. May be called by: administrator. */
export function listUsers(): Promise<Users> {
  return call('GET', `/users`, undefined, undefined, importUsers);
}

/** Adds a user. May be called by: administrator. */
export function addUser(body: UserInput): Promise<User> {
  return call('POST', `/users`, undefined, body, importUser);
}

/** One user. May be called by: administrator. */
export function getUser(path: { user: string }): Promise<User> {
  return call('GET', `/users/${encodeURIComponent(path.user)}`, undefined, undefined, importUser);
}

/** Changes a user. May be called by: administrator. */
export function changeUser(path: { user: string }, body: UserChange): Promise<User> {
  return call('PATCH', `/users/${encodeURIComponent(path.user)}`, undefined, body, importUser);
}

/** Removes a user with all sessions and tokens. May be called by: administrator. */
export function removeUser(path: { user: string }): Promise<void> {
  return call('DELETE', `/users/${encodeURIComponent(path.user)}`, undefined, undefined, undefined);
}

/** The tokens that one may see. May be called by: anyone who is signed in. */
export function listTokens(): Promise<Tokens> {
  return call('GET', `/tokens`, undefined, undefined, importTokens);
}

/** Makes a token. May be called by: anyone who is signed in. */
export function addToken(body: TokenInput): Promise<NewToken> {
  return call('POST', `/tokens`, undefined, body, importNewToken);
}

/** Removes a token. May be called by: anyone who is signed in. */
export function removeToken(path: { id: string }): Promise<void> {
  return call('DELETE', `/tokens/${encodeURIComponent(path.id)}`, undefined, undefined, undefined);
}

/** The accounts that you may see. May be called by: anyone who is signed in. */
export function listAccounts(): Promise<Accounts> {
  return call('GET', `/accounts`, undefined, undefined, importAccounts);
}

/** Adds an account. May be called by: administrator of every account. */
export function addAccount(body: AccountInput): Promise<Account> {
  return call('POST', `/accounts`, undefined, body, importAccount);
}

/** An account. May be called by: viewer. */
export function getAccount(path: { account: string }): Promise<Account> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}`, undefined, undefined, importAccount);
}

/** Changes an account. May be called by: administrator. */
export function changeAccount(path: { account: string }, body: AccountChange): Promise<Account> {
  return call('PATCH', `/accounts/${encodeURIComponent(path.account)}`, undefined, body, importAccount);
}

/** Removes an empty account. May be called by: administrator of every account. */
export function removeAccount(path: { account: string }): Promise<void> {
  return call('DELETE', `/accounts/${encodeURIComponent(path.account)}`, undefined, undefined, undefined);
}

/** The gateway that answers. May be called by: anyone who is signed in. */
export function getGateway(): Promise<GatewayInfo> {
  return call('GET', `/gateway`, undefined, undefined, importGatewayInfo);
}

/** An account's internal domains. May be called by: viewer. */
export function listDomains(path: { account: string }): Promise<Domains> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/domains`, undefined, undefined, importDomains);
}

/** Adds an internal domain; it gets a record to publish. May be called by: administrator. */
export function addDomain(path: { account: string }, body: DomainInput): Promise<Domain> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/domains`, undefined, body, importDomain);
}

/** An internal domain. May be called by: viewer. */
export function getDomain(path: { account: string; domain: string }): Promise<Domain> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/domains/${encodeURIComponent(path.domain)}`, undefined, undefined, importDomain);
}

/** Changes how its own servers must connect. May be called by: administrator. */
export function changeDomain(path: { account: string; domain: string }, body: DomainChange): Promise<Domain> {
  return call('PATCH', `/accounts/${encodeURIComponent(path.account)}/domains/${encodeURIComponent(path.domain)}`, undefined, body, importDomain);
}

/** Removes an internal domain. May be called by: administrator. */
export function removeDomain(path: { account: string; domain: string }): Promise<void> {
  return call('DELETE', `/accounts/${encodeURIComponent(path.account)}/domains/${encodeURIComponent(path.domain)}`, undefined, undefined, undefined);
}

/** Looks its proof up now. May be called by: operator. */
export function checkDomain(path: { account: string; domain: string }): Promise<DomainCheck> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/domains/${encodeURIComponent(path.domain)}/check`, undefined, undefined, importDomainCheck);
}

/** Looks its MX records up now. May be called by: viewer. */
export function checkMx(path: { account: string; domain: string }): Promise<DnsCheck> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/domains/${encodeURIComponent(path.domain)}/mx`, undefined, undefined, importDnsCheck);
}

/** Looks its SPF record up now. May be called by: viewer. */
export function checkSpf(path: { account: string; domain: string }): Promise<DnsCheck> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/domains/${encodeURIComponent(path.domain)}/spf`, undefined, undefined, importDnsCheck);
}

/** An account's internal server routes. May be called by: viewer. */
export function listRoutes(path: { account: string }): Promise<Routes> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/routes`, undefined, undefined, importRoutes);
}

/** Adds an internal server route. May be called by: administrator. */
export function addRoute(path: { account: string }, body: RouteInput): Promise<Route> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/routes`, undefined, body, importRoute);
}

/** An internal server route. May be called by: viewer. */
export function getRoute(path: { account: string; id: string }): Promise<Route> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/routes/${encodeURIComponent(path.id)}`, undefined, undefined, importRoute);
}

/** Gives an internal server route other settings. May be called by: administrator. */
export function replaceRoute(path: { account: string; id: string }, body: RouteInput): Promise<Route> {
  return call('PUT', `/accounts/${encodeURIComponent(path.account)}/routes/${encodeURIComponent(path.id)}`, undefined, body, importRoute);
}

/** Removes an internal server route. May be called by: administrator. */
export function removeRoute(path: { account: string; id: string }): Promise<void> {
  return call('DELETE', `/accounts/${encodeURIComponent(path.account)}/routes/${encodeURIComponent(path.id)}`, undefined, undefined, undefined);
}

/** An account's external routes. May be called by: viewer. */
export function listExternalRoutes(path: { account: string }): Promise<ExternalRoutes> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/external-routes`, undefined, undefined, importExternalRoutes);
}

/** Adds an external route. May be called by: administrator. */
export function addExternalRoute(path: { account: string }, body: ExternalRouteInput): Promise<ExternalRoute> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/external-routes`, undefined, body, importExternalRoute);
}

/** An external route. May be called by: viewer. */
export function getExternalRoute(path: { account: string; id: string }): Promise<ExternalRoute> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/external-routes/${encodeURIComponent(path.id)}`, undefined, undefined, importExternalRoute);
}

/** Gives an external route other settings. May be called by: administrator. */
export function replaceExternalRoute(path: { account: string; id: string }, body: ExternalRouteInput): Promise<ExternalRoute> {
  return call('PUT', `/accounts/${encodeURIComponent(path.account)}/external-routes/${encodeURIComponent(path.id)}`, undefined, body, importExternalRoute);
}

/** Removes an external route. May be called by: administrator. */
export function removeExternalRoute(path: { account: string; id: string }): Promise<void> {
  return call('DELETE', `/accounts/${encodeURIComponent(path.account)}/external-routes/${encodeURIComponent(path.id)}`, undefined, undefined, undefined);
}

/** An account's internal senders. May be called by: viewer. */
export function listSenders(path: { account: string }): Promise<Senders> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/senders`, undefined, undefined, importSenders);
}

/** Adds an internal sender. May be called by: administrator. */
export function addSender(path: { account: string }, body: SenderInput): Promise<Sender> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/senders`, undefined, body, importSender);
}

/** An internal sender. May be called by: viewer. */
export function getSender(path: { account: string; id: string }): Promise<Sender> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/senders/${encodeURIComponent(path.id)}`, undefined, undefined, importSender);
}

/** Gives an internal sender other settings. May be called by: administrator. */
export function replaceSender(path: { account: string; id: string }, body: SenderInput): Promise<Sender> {
  return call('PUT', `/accounts/${encodeURIComponent(path.account)}/senders/${encodeURIComponent(path.id)}`, undefined, body, importSender);
}

/** Removes an internal sender. May be called by: administrator. */
export function removeSender(path: { account: string; id: string }): Promise<void> {
  return call('DELETE', `/accounts/${encodeURIComponent(path.account)}/senders/${encodeURIComponent(path.id)}`, undefined, undefined, undefined);
}

/** How far the set-up is. May be called by: viewer. */
export function listTasks(path: { account: string }): Promise<Tasks> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/tasks`, undefined, undefined, importTasks);
}

/** Whether a message of an internal server has come. May be called by: viewer. */
export function getFirstMessage(path: { account: string }): Promise<FirstMessage> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/first-message`, undefined, undefined, importFirstMessage);
}

/** An account's policies, a page at a time. May be called by: viewer. */
export function listPolicies(path: { account: string }, query: PolicyQuery = {}): Promise<Policies> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/policies`, query, undefined, importPolicies);
}

/** Puts a domain under policy. May be called by: administrator. */
export function addPolicy(path: { account: string }, body: PolicyInput): Promise<Policy> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/policies`, undefined, body, importPolicy);
}

/** The policy for exactly this domain or wildcard. May be called by: viewer. */
export function getPolicy(path: { account: string; domain: string }): Promise<Policy> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/policies/${encodeURIComponent(path.domain)}`, undefined, undefined, importPolicy);
}

/** Gives a policy other settings. May be called by: administrator. */
export function replacePolicy(path: { account: string; domain: string }, body: PolicyInput): Promise<Policy> {
  return call('PUT', `/accounts/${encodeURIComponent(path.account)}/policies/${encodeURIComponent(path.domain)}`, undefined, body, importPolicy);
}

/** Takes a policy away. May be called by: administrator. */
export function removePolicy(path: { account: string; domain: string }): Promise<void> {
  return call('DELETE', `/accounts/${encodeURIComponent(path.account)}/policies/${encodeURIComponent(path.domain)}`, undefined, undefined, undefined);
}

/** From monitor to enforce. May be called by: administrator. */
export function promotePolicy(path: { account: string; domain: string }): Promise<Policy> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/policies/${encodeURIComponent(path.domain)}/promote`, undefined, undefined, importPolicy);
}

/** Puts many domains under policy at once. May be called by: administrator. */
export function importPolicyList(path: { account: string }, body: Import): Promise<ImportReport> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/policies/import`, undefined, body, importImportReport);
}

/** An account's exceptions, ended ones too. May be called by: viewer. */
export function listExceptions(path: { account: string }): Promise<Exceptions> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/exceptions`, undefined, undefined, importExceptions);
}

/** Allows less for a while. May be called by: administrator. */
export function addException(path: { account: string }, body: ExceptionInput): Promise<Exception> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/exceptions`, undefined, body, importException);
}

/** Ends an exception now. May be called by: administrator. */
export function removeException(path: { account: string; id: string }): Promise<void> {
  return call('DELETE', `/accounts/${encodeURIComponent(path.account)}/exceptions/${encodeURIComponent(path.id)}`, undefined, undefined, undefined);
}

/** Why mail to and from a domain has its requirement. May be called by: viewer. */
export function explain(path: { account: string }, query: ExplainQuery = {}): Promise<Explanation> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/explain`, query, undefined, importExplanation);
}

/** The gateway's own certificates: in force, waiting, and renewed by itself. May be called by: anyone who is signed in. */
export function listCertificates(): Promise<OwnCertificates> {
  return call('GET', `/gateway/certificates`, undefined, undefined, importOwnCertificates);
}

/** Renews a certificate now, or changes its key after its TLSA record is known. May be called by: administrator of every account. */
export function commandCertificate(path: { name: string }, body: CertificateCommand): Promise<KeptCertificate> {
  return call('POST', `/gateway/certificates/${encodeURIComponent(path.name)}`, undefined, body, importKeptCertificate);
}

/** Looks at domains as a delivery would, every MX of each; no mail is sent. May be called by: operator. */
export function probeDomains(path: { account: string }, body: ProbeInput): Promise<Job> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/probes`, undefined, body, importJob);
}

/** Tests every internal server route of an address's domain. May be called by: operator. */
export function testRoutes(path: { account: string }, body: RouteTestInput): Promise<Job> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/route-tests`, undefined, body, importJob);
}

/** A job and how far it is. May be called by: viewer. */
export function getJob(path: { account: string; id: string }): Promise<Job> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/jobs/${encodeURIComponent(path.id)}`, undefined, undefined, importJob);
}

/** Cancels a job; what it found so far stays. May be called by: operator. */
export function cancelJob(path: { account: string; id: string }): Promise<Job> {
  return call('DELETE', `/accounts/${encodeURIComponent(path.account)}/jobs/${encodeURIComponent(path.id)}`, undefined, undefined, importJob);
}

/** The TLS policies that are being set up. May be called by: viewer. */
export function getDraft(path: { account: string }): Promise<Draft> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/tls-policy-draft`, undefined, undefined, importDraft);
}

/** Changes where the draft is, and its choices. May be called by: administrator. */
export function changeDraft(path: { account: string }, body: DraftChange): Promise<Draft> {
  return call('PATCH', `/accounts/${encodeURIComponent(path.account)}/tls-policy-draft`, undefined, body, importDraft);
}

/** Throws the draft away; nothing in force changes. May be called by: administrator. */
export function discardDraft(path: { account: string }): Promise<Draft> {
  return call('DELETE', `/accounts/${encodeURIComponent(path.account)}/tls-policy-draft`, undefined, undefined, importDraft);
}

/** Tests the internal server routes; the draft keeps what is found. May be called by: administrator. */
export function validateDraft(path: { account: string }, body: RouteTestInput): Promise<Job> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/tls-policy-draft/validate`, undefined, body, importJob);
}

/** Adds external domains, at most 50 lines; the valid ones are looked at. May be called by: administrator. */
export function addDraftDomains(path: { account: string }, body: DraftLines): Promise<Draft> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/tls-policy-draft/domains`, undefined, body, importDraft);
}

/** Changes what the policy of a new domain will be. May be called by: administrator. */
export function changeDraftDomain(path: { account: string; domain: string }, body: DraftDomainChange): Promise<Draft> {
  return call('PATCH', `/accounts/${encodeURIComponent(path.account)}/tls-policy-draft/domains/${encodeURIComponent(path.domain)}`, undefined, body, importDraft);
}

/** Takes a line out of the draft. May be called by: administrator. */
export function removeDraftDomain(path: { account: string; domain: string }): Promise<Draft> {
  return call('DELETE', `/accounts/${encodeURIComponent(path.account)}/tls-policy-draft/domains/${encodeURIComponent(path.domain)}`, undefined, undefined, importDraft);
}

/** Takes every valid domain that was looked at, for Finish. May be called by: administrator. */
export function takeDraftDomains(path: { account: string }): Promise<Draft> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/tls-policy-draft/add`, undefined, undefined, importDraft);
}

/** Looks at all valid domains again. May be called by: administrator. */
export function probeDraft(path: { account: string }): Promise<Job> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/tls-policy-draft/probe`, undefined, undefined, importJob);
}

/** Finish shall take this policy away. May be called by: administrator. */
export function addDraftRemoval(path: { account: string }, body: DraftRemoval): Promise<Draft> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/tls-policy-draft/removals`, undefined, body, importDraft);
}

/** Keeps a policy after all. May be called by: administrator. */
export function removeDraftRemoval(path: { account: string; domain: string }): Promise<Draft> {
  return call('DELETE', `/accounts/${encodeURIComponent(path.account)}/tls-policy-draft/removals/${encodeURIComponent(path.domain)}`, undefined, undefined, importDraft);
}

/** What Finish will change, and what that would have meant for last month's mail. May be called by: viewer. */
export function planDraft(path: { account: string }): Promise<Plan> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/tls-policy-draft/plan`, undefined, undefined, importPlan);
}

/** Puts everything in force as one change. May be called by: administrator. */
export function finishDraft(path: { account: string }): Promise<Finished> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/tls-policy-draft/finish`, undefined, undefined, importFinished);
}

/** The account at a glance. May be called by: viewer. */
export function getOverview(path: { account: string }): Promise<Overview> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/overview`, undefined, undefined, importOverview);
}

/** A partner: policy, hops, proofs and why. May be called by: viewer. */
export function getPartner(path: { account: string; domain: string }): Promise<Partner> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/partners/${encodeURIComponent(path.domain)}`, undefined, undefined, importPartner);
}

/** What was required and what was proved. May be called by: viewer. */
export function listEvidence(path: { account: string }, query: EvidenceQuery = {}): Promise<Evidence> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/evidence`, query, undefined, importEvidence);
}

/** Messages that wait. May be called by: viewer. */
export function listQueue(path: { account: string }, query: QueueQuery = {}): Promise<Messages> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/queue`, query, undefined, importMessages);
}

/** Retries, holds, releases, removes or recalculates mail. May be called by: operator. */
export function commandQueue(path: { account: string }, body: QueueCommand): Promise<QueueEffect> {
  return call('POST', `/accounts/${encodeURIComponent(path.account)}/queue`, undefined, body, importQueueEffect);
}

/** One message's way over its hops. May be called by: viewer. */
export function traceMessage(path: { account: string; id: string }): Promise<Trace> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/messages/${encodeURIComponent(path.id)}`, undefined, undefined, importTrace);
}

/** Looks up what the domain publishes about TLS, beside what it should. May be called by: viewer. */
export function getPosture(path: { account: string; domain: string }): Promise<Posture> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/domains/${encodeURIComponent(path.domain)}/posture`, undefined, undefined, importPosture);
}

/** Who changed what in the account. May be called by: viewer. */
export function listAudit(path: { account: string }, query: AuditQuery = {}): Promise<Audit> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/audit`, query, undefined, importAudit);
}

/** Who changed what, in every account. May be called by: administrator of every account. */
export function listWholeAudit(query: AuditQuery = {}): Promise<Audit> {
  return call('GET', `/audit`, query, undefined, importAudit);
}

/** Whether the audit log's chain holds. May be called by: anyone who is signed in. */
export function checkAudit(): Promise<AuditCheck> {
  return call('GET', `/audit/check`, undefined, undefined, importAuditCheck);
}

/** Reports of others about TLS to the account's domains. May be called by: viewer. */
export function listTlsReports(path: { account: string }, query: TlsReportQuery = {}): Promise<TlsReports> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/tls-reports`, query, undefined, importTlsReports);
}

/** One received report, whole. May be called by: viewer. */
export function getTlsReport(path: { account: string; report: string }): Promise<TlsReport> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/tls-reports/${encodeURIComponent(path.report)}`, undefined, undefined, importTlsReport);
}

/** Sessions with the account's domains, as received reports count them. May be called by: viewer. */
export function listTlsDays(path: { account: string }, query: TlsPeriodQuery = {}): Promise<TlsDays> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/tls-days`, query, undefined, importTlsDays);
}

/** How mail to the account's domains fails, as received reports tell it. May be called by: viewer. */
export function listTlsFailures(path: { account: string }, query: TlsPeriodQuery = {}): Promise<TlsFailings> {
  return call('GET', `/accounts/${encodeURIComponent(path.account)}/tls-failures`, query, undefined, importTlsFailings);
}

/** What became of the reports that the gateway sends. May be called by: administrator of every account. */
export function listSentTlsReports(): Promise<TlsSendings> {
  return call('GET', `/tls-reports/sent`, undefined, undefined, importTlsSendings);
}

