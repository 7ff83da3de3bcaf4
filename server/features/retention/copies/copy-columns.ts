import { MORE_COPY_COLUMNS } from "./more-copy-columns.ts";

/**
 * What an erasure does with each column that can hold words: test/catalog fails for one that is in no list. Names
 * are separated by spaces.
 */
export interface CopyColumns {
  /** People's words: taken where they are what was erased. */
  text?: string;
  /** The same where no two may be equal, `column=id`: told apart by the end of an id. */
  named?: string;
  /** JSON, as such or as text: taken below the keys that people's words stand under. */
  json?: string;
  /** The query of an address. */
  params?: string;
  /** People's names, `name` or `name=issuer,subject` where the identity stands beside: taken with a person's whole trail. */
  people?: string;
  /** Sealed with the tenant's key, `bytes=key,id`: opened, and sealed anew without it. */
  resealed?: string;
  /**
   * What is in force, or is signed or proved as it stands: found and counted in the act's outcome, for an officer
   * to change by its own verb or to let stand.
   */
  declared?: string;
  /** Encrypted with keys that the act destroys, or that end with what they are of. */
  sealed?: string;
  /** Read from elsewhere, and written anew by the next look there. */
  derived?: string;
  /** Ids, pseudonyms, codes, digests: no words. Records of retention itself, which outlive what was destroyed. */
  plain?: string;
}

/** The lists whose columns an erasure changes. */
export const CHANGED_COPIES: readonly (keyof CopyColumns)[] = [
  "text",
  "named",
  "json",
  "params",
  "people",
  "resealed",
];

export const COPY_COLUMNS: Readonly<Record<string, CopyColumns>> = {
  ...MORE_COPY_COLUMNS,
  access_campaign: {
    text: "close_note",
    people: "started_by_name closed_by_name",
    // Its digest stands in the log.
    declared: "record",
    plain: "reviewer_roles",
  },
  access_campaign_source: { plain: "issuer realm failure_code" },
  access_directory: { plain: "issuer realm failure_code administrator" },
  access_directory_run: { plain: "lease_owner" },
  access_item: {
    text: "reason trouble",
    people: "person_name=issuer,subject decided_by_name=decided_by_issuer,decided_by_subject",
    plain:
      "issuer subject what environment scopes decided_by_issuer decided_by_subject revocation_owner",
  },
  access_review_policy: { people: "updated_by_name", plain: "reviewer_roles" },
  access_standing_role: { derived: "person_name", plain: "issuer subject role" },
  admission_cluster: { declared: "description", plain: "tenants" },
  admission_credential: { people: "added_by_name", plain: "cluster" },
  admission_namespace: {
    text: "reason",
    people: "saved_by_name",
    plain: "cluster namespace rule owner environment service",
  },
  alert: { text: "detail", people: "acknowledged_by", plain: "subject_ref" },
  approval_request: {
    text: "reason",
    json: "subject",
    people: "requester_name=requester_issuer,requester_subject",
    plain: "subject_ref requirement requester_issuer requester_subject human_issuer human_subject",
  },
  approval_review: {
    text: "comment",
    people: "reviewer_name=reviewer_issuer,reviewer_subject",
    plain: "subject_digest reviewer_issuer reviewer_subject reviewer_roles",
  },
  audit_checkpoint: { plain: "note" },
  audit_cosignature: { plain: "witness line" },
  audit_data_key: { sealed: "wrapped" },
  audit_event: { plain: "type subject actor_ref trace_id envelope" },
  audit_export: { resealed: "query=query_key,export_id", plain: "query_key" },
  audit_granule: { plain: "times" },
  audit_log_key: { sealed: "wrapped", plain: "public_key wrapped_by state handover ending" },
  audit_payload: { sealed: "ciphertext salt", plain: "key_id" },
  audit_search_window: { plain: "actor_ref" },
  audit_segment: { sealed: "wrapped_key", plain: "spans counts" },
  // Clear columns of envelopes, as codes.
  audit_segment_column: { plain: "bytes" },
  audit_segment_page: { sealed: "bytes" },
  audit_tile: { plain: "hashes" },
  audit_witness: { plain: "witness trouble" },
  audit_wrap_key: { sealed: "wrapped" },
  break_glass_principal: {
    text: "reason",
    people: "person_name=person_issuer,person_subject declared_by_name",
    plain: "person_issuer person_subject scopes",
  },
  break_glass_use: {
    text: "reason review_text",
    people: "reviewed_by_name=reviewed_by_issuer,reviewed_by_subject",
    plain: "reviewed_by_issuer reviewed_by_subject person_issuer person_subject",
  },
  certificate_renewal: { text: "error_text", json: "requested_by", plain: "error_code" },
  change_window: { plain: "time_zone" },
  compliance_check_state: { derived: "params evidence", plain: "reason" },
  compliance_log_audit: { plain: "note faults" },
  compliance_state_change: { json: "params evidence", plain: "reason" },
  consumer_observation: { plain: "reason" },
  credential_watch: { derived: "facts error_text", plain: "error_code" },
  denial_window: { plain: "denial_key act cause" },
  deployment_attachment: { declared: "body", people: "attached_by_name", plain: "digest" },
  deployment_comment: {
    text: "body",
    people: "author_name=author_issuer,author_subject",
    plain: "author_issuer author_subject mentions",
  },
  deployment_history: {
    text: "note",
    people: "actor_name",
    plain: "act state_from state_to",
  },
  deployment_image: { plain: "repository tag digest" },
  deployment_request: {
    text: "outcome_note",
    people: "requester_name=requester_issuer,requester_subject",
    plain:
      "environment requester_issuer requester_subject claimed_by_issuer claimed_by_subject claim_key",
  },
  deployment_revision: {
    text: "reason change_ref",
    json: "evidence",
    plain: "config_digest provenance",
  },
  deployment_verdict: {
    declared: "signer",
    derived: "reasons gate_reasons vulnerabilities sboms",
  },
  discovery_run: { plain: "lease_owner" },
  discovery_source: { derived: "failure_text", plain: "source place failure_code digest" },
  dr_promotion: {
    text: "reason error_text conclusion",
    json: "requested_by executed_by concluded_by",
    plain: "from_region target_region error_code",
  },
  dr_promotion_check: { text: "evidence", json: "ticked_by" },
  drift_change: { text: "note", people: "by_name", derived: "differences" },
  drift_cluster: { plain: "cluster" },
  drift_finding: {
    text: "suppress_reason",
    people: "acknowledged_by_name suppressed_by_name",
    derived: "managers ours params differences search_text",
    plain: "rule environment cluster api_version kind namespace name reason",
  },
  drift_ignore_rule: { text: "reason", people: "saved_by_name", declared: "spec owner" },
  drift_ignore_rule_version: { text: "reason", people: "saved_by_name", declared: "spec owner" },
  drift_ignored: {
    derived: "differences",
    plain: "cluster environment api_version kind namespace name",
  },
  drift_look: { derived: "sources", plain: "lease_owner" },
  elevation_grant: {
    text: "reason revoke_reason",
    people: "person_name=person_issuer,person_subject revoked_by_name",
    plain: "person_issuer person_subject scopes proof_method proof_acr",
  },
  elevation_history: { text: "note", people: "actor_name", plain: "act" },
  elevation_policy_version: {
    text: "reason",
    people: "saved_by_name",
    declared: "spec",
    plain: "environment",
  },
  elevation_projection: { derived: "trouble", plain: "target target_key" },
  elevation_request: {
    text: "reason",
    people: "person_name=person_issuer,person_subject",
    plain: "environment person_issuer person_subject scopes",
  },
  environment_policy: { text: "freeze_reason", plain: "environment" },
  environment_policy_version: {
    text: "reason",
    people: "saved_by_name",
    declared: "spec",
    plain: "environment",
  },
  event_dead_letter: {
    text: "settled_reason",
    people: "settled_by_name",
    resealed: "ciphertext=key_id,dead_letter_id",
    plain: "field detail key_id",
  },
  event_source: { declared: "name description", plain: "cluster cursor" },
  event_source_token: { people: "added_by_name" },
  evidence_pack: {
    people: "asked_by_name",
    resealed: "sealed=sealed_key,pack_id",
    plain: "sealed_key checkpoint lease_owner failure",
  },
  idempotency_key: { json: "response", plain: "actor_ref key verb request_digest" },
  incident_source: { plain: "source reason" },
  isolation_cell: { derived: "facts" },
  isolation_change: { derived: "facts" },
  isolation_edge: { derived: "workload ports allowed_by other peer", plain: "cluster" },
  isolation_look: { derived: "sources", plain: "lease_owner" },
  isolation_what_if: {
    people: "asked_by_name",
    resealed: "question=question_key,what_if_id answer=answer_key,what_if_id",
    plain: "question_key answer_key lease_owner",
  },
  leak_incident: { json: "opened_by closed_by" },
  // Until it is lifted a hold has to say what it is for; it belongs to the records of retention.
  legal_hold: {
    plain: "case_ref reason classes subject actor_ref placed_by lifted_by lift_reason",
  },
  manual_completion: {
    text: "settle_note",
    json: "completed_by evidence settled_by",
    plain: "confirmers",
  },
  mention_read: { plain: "issuer subject" },
  old_value_use: { derived: "held_by", plain: "source reason" },
  policy_decision: {
    // Replayed byte for byte; people are pseudonyms there.
    declared: "request entities exchange",
    plain: "action policy_set_digest schema_digest engine_version reasons errors digest engine",
  },
  policy_set: { declared: "body", plain: "digest" },
  quota_crowding: { plain: "cluster pool resource peer" },
  quota_sample: { plain: "cluster resource" },
  quota_usage: { plain: "cluster resource" },
  region: { declared: "display_name addresses", plain: "region" },
  region_read: { plain: "region reason" },
};

/** The lists that name columns, as (kind, columns). */
export function columnsOf(table: CopyColumns, kind: keyof CopyColumns): string[][] {
  return (table[kind] ?? "")
    .split(/\s+/)
    .filter(Boolean)
    .map((each) => each.split(/[=,]/));
}
