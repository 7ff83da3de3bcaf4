import type pg from "pg";

export const TAMPERING_KINDS = ["flip", "delete", "insert", "reorder", "truncate"] as const;
type Kind = (typeof TAMPERING_KINDS)[number];
export const LOG_TABLES = [
  "audit_event",
  "audit_payload",
  "audit_pending",
  "audit_leaf",
  "audit_tile",
  "audit_checkpoint",
  "audit_cosignature",
] as const;
type Table = (typeof LOG_TABLES)[number];

/** What was done to a log, and what a verifier has to name (any one of it). */
export interface Tampering {
  kind: Kind;
  act: string;
  /** The table whose row it was, or the first of them. */
  table: Table;
  what: string;
  places: string[];
}

interface Act {
  kind: Kind;
  tables: readonly Table[];
  /** `table` where it chose one of several. */
  run(ways: Ways): Promise<Pick<Tampering, "what" | "places"> & { table?: Table }>;
}

interface Ways {
  client: pg.Client;
  tenant: string;
  pick: (below: number) => number;
  one: <Row extends pg.QueryResultRow>(text: string) => Promise<Row>;
  run: (text: string, ...params: unknown[]) => Promise<void>;
}

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

interface Sealed {
  event_id: string;
  leaf_index: string;
  envelope: string;
}
const SEALED = `SELECT e.event_id, l.leaf_index, e.envelope FROM audit_event e
  JOIN audit_leaf l ON l.tenant_id = e.tenant_id AND l.event_id = e.event_id WHERE e.tenant_id = $1 ORDER BY l.leaf_index`;
const ANY_EVENT = "SELECT event_id FROM audit_event WHERE tenant_id = $1 ORDER BY event_id";

const COLUMNS = {
  type: "'runtime.secrets.revealed'",
  subject: "subject || 'x'",
  outcome: "CASE outcome WHEN 'denied' THEN 'succeeded' ELSE 'denied' END",
  actor_kind: "CASE actor_kind WHEN 'system' THEN 'user' ELSE 'system' END",
  actor_ref: "actor_ref || 'x'",
  trace_id: "reverse(trace_id) || 'x'",
  recorded_at: "recorded_at - interval '1 hour'",
  commitment: "sha256(commitment)",
};

const HEAD_COLUMNS = {
  note: "note = overlay(note placing 'x' from 3 for 1)",
  root: "root_hash = sha256(root_hash)",
  size: "tree_size = tree_size + 1",
};

const ACTS: Record<string, Act> = {
  "flip a letter of an envelope": {
    kind: "flip",
    tables: ["audit_event"],
    async run({ one, run, pick }) {
      const event = await one<Sealed>(SEALED);
      const at = pick(event.envelope.length);
      const letter = event.envelope[at] === "0" ? "1" : "0";
      const altered = event.envelope.slice(0, at) + letter + event.envelope.slice(at + 1);
      const update = "UPDATE audit_event SET envelope = $3 WHERE tenant_id = $1 AND event_id = $2";
      await run(update, event.event_id, altered);
      return { what: `letter ${at} of ${event.event_id}`, places: [`entry ${event.leaf_index} `] };
    },
  },
  "change a column": {
    kind: "flip",
    tables: ["audit_event"],
    async run({ one, run, pick }) {
      const { event_id: id } = await one<{ event_id: string }>(ANY_EVENT);
      const [column = "", value = ""] = Object.entries(COLUMNS)[pick(8)] ?? [];
      await run(
        `UPDATE audit_event SET ${column} = ${value} WHERE tenant_id = $1 AND event_id = $2`,
        id,
      );
      return { what: `${column} of ${id}`, places: [`event ${id}`] };
    },
  },
  "delete an event": {
    kind: "delete",
    tables: ["audit_event"],
    async run({ one, run }) {
      const event = await one<Sealed>(SEALED);
      await run("DELETE FROM audit_event WHERE tenant_id = $1 AND event_id = $2", event.event_id);
      return { what: event.event_id, places: [`entry ${event.leaf_index} is missing`] };
    },
  },
  "delete an event with all of its rows": {
    kind: "delete",
    tables: ["audit_event"],
    async run({ one, run }) {
      const event = await one<Sealed>(SEALED);
      for (const table of ["audit_payload", "audit_leaf", "audit_event"]) {
        await run(`DELETE FROM ${table} WHERE tenant_id = $1 AND event_id = $2`, event.event_id);
      }
      return { what: event.event_id, places: [`entry ${event.leaf_index} is missing`] };
    },
  },
  "delete an event before it is sealed": {
    kind: "delete",
    tables: ["audit_event"],
    async run({ one, run }) {
      const { event_id: id } = await one<{ event_id: string }>(
        "SELECT event_id FROM audit_pending WHERE tenant_id = $1 ORDER BY event_id",
      );
      // Nothing was signed of it yet: only what is left behind tells.
      await run("DELETE FROM audit_event WHERE tenant_id = $1 AND event_id = $2", id);
      return { what: id, places: [id] };
    },
  },
  "keep an event from being sealed": {
    kind: "delete",
    tables: ["audit_pending"],
    async run({ one, run }) {
      const { event_id: id } = await one<{ event_id: string }>(
        "SELECT event_id FROM audit_pending WHERE tenant_id = $1 ORDER BY event_id",
      );
      await run("DELETE FROM audit_pending WHERE tenant_id = $1 AND event_id = $2", id);
      return { what: id, places: [`event ${id} (unsealed)`] };
    },
  },
  "have an event sealed again": {
    kind: "insert",
    tables: ["audit_pending"],
    async run({ one, run }) {
      const { event_id: id } = await one<Sealed>(SEALED);
      await run("INSERT INTO audit_pending VALUES ($1, $2, clock_timestamp())", id);
      return { what: id, places: [`event ${id}`] };
    },
  },
  "swap two events": {
    kind: "reorder",
    tables: ["audit_leaf"],
    async run({ one, run }) {
      const first = await one<Sealed>(SEALED);
      let second = await one<Sealed>(SEALED);
      while (second.event_id === first.event_id) second = await one<Sealed>(SEALED);
      const put = "UPDATE audit_leaf SET event_id = $3 WHERE tenant_id = $1 AND leaf_index = $2";
      await run(
        "DELETE FROM audit_leaf WHERE tenant_id = $1 AND leaf_index = $2",
        second.leaf_index,
      );
      await run(put, first.leaf_index, second.event_id);
      await run(
        "INSERT INTO audit_leaf SELECT $1, $2::bigint, $3::uuid, leaf_hash, sealed_at FROM audit_leaf WHERE tenant_id = $1 LIMIT 1",
        second.leaf_index,
        first.event_id,
      );
      return {
        what: `${first.leaf_index} and ${second.leaf_index}`,
        places: [`entry ${first.leaf_index} `, `entry ${second.leaf_index} `],
      };
    },
  },
  "put an event in": {
    kind: "insert",
    tables: ["audit_leaf"],
    async run({ one, run }) {
      const at = await one<Sealed>(SEALED);
      // All behind it move on by one, hashes included, as an indexer would renumber them.
      await run(
        "UPDATE audit_leaf SET leaf_index = leaf_index + 100000 WHERE tenant_id = $1 AND leaf_index >= $2",
        at.leaf_index,
      );
      await run(
        "UPDATE audit_leaf SET leaf_index = leaf_index - 99999 WHERE tenant_id = $1 AND leaf_index >= 100000",
      );
      await forge(run, at.leaf_index);
      return { what: `at ${at.leaf_index}`, places: [`entry ${at.leaf_index} `] };
    },
  },
  "add an event at the end": {
    kind: "insert",
    tables: ["audit_event"],
    async run({ one, run }) {
      const { size } = await one<{ size: string }>(
        "SELECT count(*) AS size FROM audit_leaf WHERE tenant_id = $1",
      );
      await forge(run, size);
      return { what: `at ${size}`, places: [`entry ${size})`] };
    },
  },
  "delete a leaf": {
    kind: "delete",
    tables: ["audit_leaf"],
    async run({ one, run }) {
      const { leaf_index: at } = await one<Sealed>(SEALED);
      await run("DELETE FROM audit_leaf WHERE tenant_id = $1 AND leaf_index = $2", at);
      return { what: at, places: [`entry ${at} is missing`] };
    },
  },
  "change a leaf's hash": {
    kind: "flip",
    tables: ["audit_leaf"],
    async run({ one, run }) {
      const { leaf_index: at } = await one<Sealed>(SEALED);
      const update =
        "UPDATE audit_leaf SET leaf_hash = sha256(leaf_hash) WHERE tenant_id = $1 AND leaf_index = $2";
      await run(update, at);
      return { what: at, places: [`(entry ${at})`] };
    },
  },
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
  "flip a byte of a tile": {
    kind: "flip",
    tables: ["audit_tile"],
    async run({ one, run, pick }) {
      const tile = await one<{ level: number; tile_index: string; width: number }>(
        "SELECT level, tile_index, width FROM audit_tile WHERE tenant_id = $1 ORDER BY level, tile_index",
      );
      const at = pick(tile.width * 32);
      await run(
        `UPDATE audit_tile SET hashes = set_byte(hashes, $4, (get_byte(hashes, $4) + 1) % 256)
         WHERE tenant_id = $1 AND level = $2 AND tile_index = $3`,
        tile.level,
        tile.tile_index,
        at,
      );
      const leaf = Number(tile.tile_index) * 256 + Math.floor(at / 32);
      return {
        what: `byte ${at} of ${tile.level}/${tile.tile_index}`,
        places: [tile.level === 0 ? `entry ${leaf} ` : "tile/0/000 and the tile above it disagree"],
      };
    },
  },
  "delete a tile": {
    kind: "delete",
    tables: ["audit_tile"],
    async run({ one, run }) {
      const tile = await one<{ level: number; tile_index: string }>(
        "SELECT level, tile_index FROM audit_tile WHERE tenant_id = $1 ORDER BY level, tile_index",
      );
      await run(
        "DELETE FROM audit_tile WHERE tenant_id = $1 AND level = $2 AND tile_index = $3",
        tile.level,
        tile.tile_index,
      );
      const place = `tile/${tile.level}/00${tile.tile_index}`;
      return { what: place, places: [place] };
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
  "change a head": {
    kind: "flip",
    tables: ["audit_checkpoint"],
    async run({ one, run, pick }) {
      const { tree_size: size } = await one<{ tree_size: string }>(
        "SELECT tree_size FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY tree_size",
      );
      const [what = "", change = ""] = Object.entries(HEAD_COLUMNS)[pick(3)] ?? [];
      await run(
        `UPDATE audit_checkpoint SET ${change} WHERE tenant_id = $1 AND tree_size = $2`,
        size,
      );
      const shown = what === "size" ? String(Number(size) + 1) : size;
      return { what: `${what} of ${size}`, places: [`the head of ${shown} entries`] };
    },
  },
  "change a payload": {
    kind: "flip",
    tables: ["audit_payload"],
    async run({ one, run, pick }) {
      const { event_id: id } = await one<{ event_id: string }>(ANY_EVENT);
      const change = [
        "ciphertext = set_byte(ciphertext, 20, (get_byte(ciphertext, 20) + 1) % 256)",
        "salt = sha256(ciphertext)",
        "key_id = key_id || 'x'",
      ][pick(3)];
      await run(`UPDATE audit_payload SET ${change} WHERE tenant_id = $1 AND event_id = $2`, id);
      return { what: id, places: [`event ${id}`] };
    },
  },
  "swap two payloads": {
    kind: "reorder",
    tables: ["audit_payload"],
    async run({ one, run }) {
      const { event_id: first } = await one<{ event_id: string }>(ANY_EVENT);
      let { event_id: second } = await one<{ event_id: string }>(ANY_EVENT);
      while (second === first) ({ event_id: second } = await one<{ event_id: string }>(ANY_EVENT));
      await run(
        `UPDATE audit_payload p SET ciphertext = q.ciphertext, salt = q.salt FROM audit_payload q
         WHERE p.tenant_id = $1 AND q.tenant_id = $1 AND p.event_id IN ($2, $3) AND q.event_id IN ($2, $3)
           AND p.event_id <> q.event_id`,
        first,
        second,
      );
      return { what: `${first} and ${second}`, places: [`event ${first}`, `event ${second}`] };
    },
  },
  "delete a payload": {
    kind: "delete",
    tables: ["audit_payload"],
    async run({ one, run }) {
      const { event_id: id } = await one<{ event_id: string }>(ANY_EVENT);
      await run("DELETE FROM audit_payload WHERE tenant_id = $1 AND event_id = $2", id);
      return { what: id, places: [`event ${id}`] };
    },
  },
  "delete a head": {
    kind: "delete",
    tables: ["audit_checkpoint"],
    async run({ run }) {
      // The newest: whoever takes an older one away changes nothing that the newer ones do not prove.
      await run("DELETE FROM audit_checkpoint WHERE tenant_id = $1 AND tree_size = 303");
      return { what: "303", places: ["the log ends at entry 273; 303 were signed"] };
    },
  },
  "put a head in": {
    kind: "insert",
    tables: ["audit_checkpoint"],
    async run({ run, pick }) {
      const size = 304 + pick(1_000);
      await run(
        `INSERT INTO audit_checkpoint SELECT tenant_id, $2::bigint, root_hash, replace(note, E'\\n303\\n', E'\\n' || $2 || E'\\n'), signed_at
         FROM audit_checkpoint WHERE tenant_id = $1 AND tree_size = 303`,
        String(size),
      );
      return { what: `of ${size}`, places: [`the head of ${size} entries is not signed`] };
    },
  },
  "swap the notes of two heads": {
    kind: "reorder",
    tables: ["audit_checkpoint"],
    async run({ run, one }) {
      const head = "SELECT tree_size FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY tree_size";
      const { tree_size: first } = await one<{ tree_size: string }>(head);
      let { tree_size: second } = await one<{ tree_size: string }>(head);
      while (second === first) ({ tree_size: second } = await one<{ tree_size: string }>(head));
      await run(
        `UPDATE audit_checkpoint h SET note = o.note, root_hash = o.root_hash FROM audit_checkpoint o
         WHERE h.tenant_id = $1 AND o.tenant_id = $1 AND h.tree_size IN ($2, $3) AND o.tree_size IN ($2, $3)
           AND h.tree_size <> o.tree_size`,
        first,
        second,
      );
      return { what: `${first} and ${second}`, places: [`the head of ${first} entries`] };
    },
  },
  "put a tile in": {
    kind: "insert",
    tables: ["audit_tile"],
    async run({ run, pick }) {
      const [level = 0, index = 0] =
        [
          [0, 2],
          [0, 7],
          [1, 1],
          [2, 0],
        ][pick(4)] ?? [];
      await run(
        `INSERT INTO audit_tile SELECT tenant_id, $2::integer, $3::bigint, width, hashes FROM audit_tile
         WHERE tenant_id = $1 AND level = 0 AND tile_index = 1`,
        level,
        index,
      );
      return { what: `${level}/${index}`, places: [`tile ${level}/${index} has 47 hashes`] };
    },
  },
  "swap two hashes of a tile": {
    kind: "reorder",
    tables: ["audit_tile"],
    async run({ run, pick }) {
      const at = pick(46);
      await run(
        `UPDATE audit_tile SET hashes = overlay(overlay(hashes placing substr(hashes, $2::int * 32 + 33, 32) from $2::int * 32 + 1)
           placing substr(hashes, $2::int * 32 + 1, 32) from $2::int * 32 + 33)
         WHERE tenant_id = $1 AND level = 0 AND tile_index = 1`,
        at,
      );
      return { what: `${256 + at} and the next`, places: [`entry ${256 + at} is not the one`] };
    },
  },
  "put a payload in": {
    kind: "insert",
    tables: ["audit_payload"],
    async run({ run }) {
      await run(
        "INSERT INTO audit_payload SELECT tenant_id, $2::uuid, key_id, salt, ciphertext FROM audit_payload WHERE tenant_id = $1 LIMIT 1",
        FORGED,
      );
      return { what: "of no event", places: [`payload ${FORGED} is of no event`] };
    },
  },
  "change a time in the queue": {
    kind: "flip",
    tables: ["audit_pending"],
    async run({ one, run }) {
      const { event_id: id } = await one<{ event_id: string }>(
        "SELECT event_id FROM audit_pending WHERE tenant_id = $1 ORDER BY event_id",
      );
      await run(
        "UPDATE audit_pending SET recorded_at = recorded_at + interval '1 minute' WHERE tenant_id = $1 AND event_id = $2",
        id,
      );
      return { what: id, places: [`event ${id} (unsealed)`] };
    },
  },
  "change the order of the queue": {
    kind: "reorder",
    tables: ["audit_pending"],
    async run({ run, client, tenant }) {
      const { rows } = await client.query<{ event_id: string }>(
        "SELECT event_id FROM audit_pending WHERE tenant_id = $1 ORDER BY recorded_at, event_id",
        [tenant],
      );
      const [first, last] = [rows.at(0)?.event_id, rows.at(-1)?.event_id];
      await run(
        `UPDATE audit_pending q SET recorded_at = q.recorded_at + CASE q.event_id WHEN $2::uuid THEN interval '1 hour' ELSE interval '-1 hour' END
         WHERE q.tenant_id = $1 AND q.event_id IN ($2::uuid, $3::uuid)`,
        first,
        last,
      );
      return { what: "its ends", places: [`event ${first} (unsealed)`] };
    },
  },
  "change a cosignature": {
    kind: "flip",
    tables: ["audit_cosignature"],
    async run({ run, pick }) {
      const change = [
        "line = overlay(line placing CASE substr(line, length(line) - 9, 1) WHEN 'A' THEN 'B' ELSE 'A' END from length(line) - 9 for 1)",
        "cosigned_at = cosigned_at - interval '1 hour'",
        "witness = witness || '.org'",
      ][pick(3)];
      await run(`UPDATE audit_cosignature SET ${change} WHERE tenant_id = $1 AND tree_size = 303`);
      return { what: change ?? "", places: ["on the head of 303 entries"] };
    },
  },
  "delete a cosignature": {
    kind: "delete",
    tables: ["audit_cosignature"],
    async run({ run }) {
      await run("DELETE FROM audit_cosignature WHERE tenant_id = $1 AND tree_size = 303");
      return { what: "303", places: ["on the head of 303 entries is missing"] };
    },
  },
  "put a cosignature in": {
    kind: "insert",
    tables: ["audit_cosignature"],
    async run({ run }) {
      await run(
        "INSERT INTO audit_cosignature SELECT tenant_id, 3, witness, cosigned_at, line, recorded_at FROM audit_cosignature WHERE tenant_id = $1 AND tree_size = 303",
      );
      return { what: "that of 303 on 3", places: ["on the head of 3 entries is not valid"] };
    },
  },
  "swap two cosignatures": {
    kind: "reorder",
    tables: ["audit_cosignature"],
    async run({ run }) {
      await run(
        `UPDATE audit_cosignature c SET line = o.line, cosigned_at = o.cosigned_at FROM audit_cosignature o
         WHERE c.tenant_id = $1 AND o.tenant_id = $1 AND c.tree_size <> o.tree_size`,
      );
      return { what: "273 and 303", places: ["on the head of 303 entries is not valid"] };
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

const FORGED = "01900000-0000-7000-8000-000000000001";

/** An event as somebody without the keys would forge it: well formed, and nowhere signed. */
async function forge(run: Ways["run"], leafIndex: string): Promise<void> {
  const id = FORGED;
  await run(
    `INSERT INTO audit_event SELECT tenant_id, $2::uuid, type, subject, outcome, actor_kind, actor_ref, trace_id, recorded_at,
       replace(envelope, event_id::text, $2::text), commitment FROM audit_event WHERE tenant_id = $1 ORDER BY event_id LIMIT 1`,
    id,
  );
  await run(
    `INSERT INTO audit_leaf SELECT $1, $2::bigint, $3::uuid, sha256('\\x00'::bytea || convert_to(envelope, 'UTF8')), clock_timestamp()
     FROM audit_event WHERE tenant_id = $1 AND event_id = $3::uuid`,
    leafIndex,
    id,
  );
}
