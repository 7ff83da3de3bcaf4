import type pg from "pg";

export const TAMPERING_KINDS = ["flip", "delete", "insert", "reorder", "truncate"] as const;
export type Kind = (typeof TAMPERING_KINDS)[number];
export const LOG_TABLES = [
  "audit_event",
  "audit_payload",
  "audit_pending",
  "audit_leaf",
  "audit_tile",
  "audit_checkpoint",
  "audit_cosignature",
] as const;
export type Table = (typeof LOG_TABLES)[number];

/** A way to alter a log. */
export interface Act {
  kind: Kind;
  tables: readonly Table[];
  /** `table` where it chose one of several. */
  run(ways: Ways): Promise<Done>;
}

/** What was done, what a verifier has to name (any one of it), and the table where it chose one. */
export interface Done {
  what: string;
  places: string[];
  table?: Table;
}

export interface Ways {
  client: pg.Client;
  tenant: string;
  pick: (below: number) => number;
  one: <Row extends pg.QueryResultRow>(text: string) => Promise<Row>;
  run: (text: string, ...params: unknown[]) => Promise<void>;
}

export interface Sealed {
  event_id: string;
  leaf_index: string;
  envelope: string;
}
export const SEALED = `SELECT e.event_id, l.leaf_index, e.envelope FROM audit_event e
  JOIN audit_leaf l ON l.tenant_id = e.tenant_id AND l.event_id = e.event_id WHERE e.tenant_id = $1 ORDER BY l.leaf_index`;
export const ANY_EVENT = "SELECT event_id FROM audit_event WHERE tenant_id = $1 ORDER BY event_id";
