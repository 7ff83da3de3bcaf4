import { canonicalJson, type JsonValue } from "../canonical-json/canonical-json.ts";

/** What was decided about one person's one role or grant. Times are ISO 8601 in UTC. */
export interface RecordedItem {
  itemId: string;
  kind: "role" | "grant";
  issuer: string;
  subject: string;
  name: string;
  personKind: "user" | "service";
  isEnabled: boolean;
  /** A role's name, or the grant's id. */
  what: string;
  environment: string | null;
  scopes: readonly string[] | null;
  endsAt: string | null;
  decision: "keep" | "revoke" | null;
  reason: string;
  decidedBy: { issuer: string; subject: string; name: string } | null;
  decidedAt: string | null;
  goneAt: string | null;
}

/** Everything that the close of a campaign says, for ever. */
export interface CampaignRecord {
  tenant: string;
  campaignId: string;
  startedAt: string;
  dueAt: string;
  closedAt: string;
  closedBy: { issuer: string; subject: string; name: string };
  note: string;
  reviewerRoles: readonly string[];
  /** An issuer that could not be read is `unknown` and stays so: its part was not reviewed. */
  sources: readonly { issuer: string; readAt: string | null; unknownBecause: string | null }[];
  items: readonly RecordedItem[];
}

const order = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);
const keyOf = (item: RecordedItem) =>
  [item.issuer, item.subject, item.kind, item.what, item.itemId].join("\u0000");

/** The RFC 8785 text of a record: the same decisions give the same bytes, whatever order they came in. */
export function recordText(record: CampaignRecord): string {
  const sources = [...record.sources].sort((a, b) => order(a.issuer, b.issuer));
  const items = [...record.items].sort((a, b) => order(keyOf(a), keyOf(b)));
  const reviewerRoles = [...record.reviewerRoles].sort();
  return canonicalJson({ ...record, reviewerRoles, sources, items } as unknown as JsonValue);
}

const COLUMNS = [
  "issuer",
  "subject",
  "name",
  "person",
  "enabled",
  "kind",
  "what",
  "environment",
  "scopes",
  "decision",
  "reason",
  "decided_by",
  "decided_at",
  "gone_at",
] as const;

/** The same as a table (RFC 4180), one line an item. A cell never begins a formula. */
export function recordCsv(text: string): string {
  const record = JSON.parse(text) as CampaignRecord;
  const lines = record.items.map((item) => [
    item.issuer,
    item.subject,
    item.name,
    item.personKind,
    item.isEnabled ? "yes" : "no",
    item.kind,
    item.what,
    item.environment ?? "",
    item.scopes?.join(" ") ?? "",
    item.decision ?? "undecided",
    item.reason,
    item.decidedBy ? `${item.decidedBy.name} (${item.decidedBy.subject})` : "",
    item.decidedAt ?? "",
    item.goneAt ?? "",
  ]);
  return [[...COLUMNS], ...lines].map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
