import { type Act, LOG_TABLES, SEALED, type Sealed, type Table } from "./act.ts";

/** What is cut off, rolled back or emptied. */
export const truncateActs: Record<string, Act> = {
  "cut the log, heads and tiles left": {
    kind: "truncate",
    tables: ["audit_leaf"],
    async run({ one, run }) {
      const { leaf_index: at } = await one<Sealed>(SEALED);
      await run("DELETE FROM audit_leaf WHERE tenant_id = $1 AND leaf_index >= $2", at);
      return { what: `from ${at}`, places: [`entry ${at} is missing`] };
    },
  },
  "roll the whole log back to an older head": {
    kind: "truncate",
    tables: ["audit_checkpoint"],
    async run({ one, run, client, tenant, pick }) {
      const { rows } = await client.query<{ tree_size: string }>(
        "SELECT tree_size FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY tree_size",
        [tenant],
      );
      const size = Number(rows[pick(rows.length - 1)]?.tree_size);
      const gone =
        "SELECT event_id FROM audit_leaf WHERE tenant_id = $1 AND leaf_index >= $2 UNION ALL SELECT event_id FROM audit_pending WHERE tenant_id = $1";
      await run(`DELETE FROM audit_payload WHERE tenant_id = $1 AND event_id IN (${gone})`, size);
      await run(`DELETE FROM audit_event WHERE tenant_id = $1 AND event_id IN (${gone})`, size);
      await run("DELETE FROM audit_pending WHERE tenant_id = $1");
      await run("DELETE FROM audit_leaf WHERE tenant_id = $1 AND leaf_index >= $2", size);
      await run("DELETE FROM audit_checkpoint WHERE tenant_id = $1 AND tree_size > $2", size);
      await client.query(
        "DELETE FROM audit_tile WHERE tenant_id = $1 AND ((level = 0 AND tile_index * 256 >= $2) OR (level = 1 AND $2 < 256))",
        [tenant, size],
      );
      await run(
        `UPDATE audit_tile SET width = $2::int % 256, hashes = substr(hashes, 1, ($2::int % 256) * 32)
         WHERE tenant_id = $1 AND level = 0 AND tile_index = $2::int / 256`,
        size,
      );
      const { count } = await one<{ count: string }>(
        "SELECT count(*) AS count FROM audit_leaf WHERE tenant_id = $1",
      );
      return { what: `to ${count}`, places: [`the log ends at entry ${count}; 303 were signed`] };
    },
  },
  "shorten a tile": {
    kind: "truncate",
    tables: ["audit_tile"],
    async run({ one, run }) {
      const tile = await one<{ level: number; tile_index: string; width: number }>(
        "SELECT level, tile_index, width FROM audit_tile WHERE tenant_id = $1 AND width > 1 ORDER BY level, tile_index",
      );
      await run(
        `UPDATE audit_tile SET width = width - 1, hashes = substr(hashes, 1, (width - 1) * 32)
         WHERE tenant_id = $1 AND level = $2 AND tile_index = $3`,
        tile.level,
        tile.tile_index,
      );
      const place = `tile/${tile.level}/00${tile.tile_index}`;
      return { what: place, places: [place] };
    },
  },
  "empty a table": {
    kind: "truncate",
    tables: LOG_TABLES,
    async run({ run, pick, client, tenant }) {
      const { rows } = await client.query<{ event_id: string }>(
        "SELECT event_id FROM audit_pending WHERE tenant_id = $1 ORDER BY event_id",
        [tenant],
      );
      const places: Record<Table, string> = {
        audit_event: "entry 0 is missing",
        audit_payload: "its payload is missing",
        audit_pending: `event ${rows[0]?.event_id} (unsealed): it is neither sealed nor waiting`,
        audit_leaf: "entry 0 is missing",
        audit_tile: "tile/0/000 is missing",
        audit_checkpoint: "the log ends at entry 0; 303 were signed",
        audit_cosignature: "on the head of 303 entries is missing",
      };
      const table = LOG_TABLES[pick(LOG_TABLES.length)] ?? "audit_event";
      await run(`DELETE FROM ${table} WHERE tenant_id = $1`);
      return { what: table, places: [places[table]], table };
    },
  },
};
