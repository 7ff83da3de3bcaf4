import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type CampaignRecord,
  type RecordedItem,
  recordCsv,
  recordText,
} from "./campaign-record.ts";

const item = (fields: Partial<RecordedItem> = {}): RecordedItem => ({
  itemId: "0",
  kind: "role",
  issuer: "https://id.example/realms/acme",
  subject: "u-1",
  name: "Lina",
  personKind: "user",
  isEnabled: true,
  what: "developer",
  environment: null,
  scopes: null,
  endsAt: null,
  decision: "revoke",
  reason: "left the team",
  decidedBy: { issuer: "https://id.example/realms/acme", subject: "u-2", name: "Omar" },
  decidedAt: "2026-11-22T10:00:00.000Z",
  goneAt: null,
  ...fields,
});
const record = (items: readonly RecordedItem[]): CampaignRecord => ({
  tenant: "acme",
  campaignId: "c",
  startedAt: "2026-11-22T09:00:00.000Z",
  dueAt: "2026-11-29T09:00:00.000Z",
  closedAt: "2026-11-22T11:00:00.000Z",
  closedBy: { issuer: "i", subject: "s", name: "n" },
  note: "",
  reviewerRoles: ["security-officer", "org-admin"],
  sources: [],
  items,
});

test("the same decisions give the same bytes, in whatever order they were read", () => {
  const items = Array.from({ length: 6 }, (_, at) =>
    item({ itemId: String(at), subject: `u-${at % 3}`, what: `role-${at}` }),
  );
  const text = recordText(record(items));
  fc.assert(
    fc.property(fc.shuffledSubarray(items, { minLength: items.length }), (shuffled) => {
      expect(recordText(record(shuffled))).toBe(text);
    }),
  );
  expect(
    recordText(record(items.map((each) => ({ ...each, decision: "keep" as const })))),
  ).not.toBe(text);
});

test.each([
  ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
  ['said "no", twice', '"said ""no"", twice"'],
  ["two\nlines", '"two\nlines"'],
  ["@cmd", "'@cmd"],
])("the cell %j is written as %j", (reason, cell) => {
  expect(recordCsv(recordText(record([item({ reason })])))).toContain(`,${cell},`);
});
