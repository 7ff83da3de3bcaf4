import type pg from "pg";
import type { Act, Done, Kind, Table } from "./tampering/act.ts";
import { deleteActs } from "./tampering/delete-acts.ts";
import { flipActs } from "./tampering/flip-acts.ts";
import { insertActs } from "./tampering/insert-acts.ts";
import { reorderActs } from "./tampering/reorder-acts.ts";
import { truncateActs } from "./tampering/truncate-acts.ts";

export { LOG_TABLES, TAMPERING_KINDS } from "./tampering/act.ts";

/** One change of a log. */
export interface Tampering extends Done {
  kind: Kind;
  act: string;
  /** The table whose row it was, or the first of them. */
  table: Table;
}

const ACTS: Record<string, Act> = {
  ...flipActs,
  ...deleteActs,
  ...insertActs,
  ...reorderActs,
  ...truncateActs,
};

/** One random change of one tenant's log, in the client's transaction. */
export async function randomTampering(
  client: pg.Client,
  tenant: string,
  random: () => number,
): Promise<Tampering> {
  const pick = (below: number) => Math.floor(random() * below);
  const acts = Object.keys(ACTS);
  const name = acts[pick(acts.length)] ?? "";
  const act = ACTS[name];
  if (!act) throw new Error(`no such tampering: ${name}`);
  const run = async (text: string, ...params: unknown[]) => {
    const { rowCount } = await client.query(text, [tenant, ...params]);
    if (rowCount === 0) throw new Error(`${name} changed nothing: ${text}`);
  };
  const one = async <Row extends pg.QueryResultRow>(text: string) => {
    const { rows } = await client.query<Row>(text, [tenant]);
    const row = rows[pick(rows.length)];
    if (!row) throw new Error(`${name} found nothing: ${text}`);
    return row;
  };
  const done = await act.run({ client, tenant, pick, one, run });
  return { kind: act.kind, act: name, table: act.tables[0] as Table, ...done };
}
