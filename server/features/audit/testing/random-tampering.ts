import type pg from "pg";

/** What was done to a log, and what a verifier has to name (any one of it). */
export interface Tampering {
  kind: string;
  what: string;
  places: string[];
}

type Act = (ways: Ways) => Promise<Omit<Tampering, "kind">>;

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
  const kinds = Object.keys(ACTS);
  const kind = kinds[pick(kinds.length)] ?? "";
  const run = async (text: string, ...params: unknown[]) => {
    const { rowCount } = await client.query(text, [tenant, ...params]);
    if (rowCount === 0) throw new Error(`${kind} changed nothing: ${text}`);
  };
  const one = async <Row extends pg.QueryResultRow>(text: string) => {
    const { rows } = await client.query<Row>(text, [tenant]);
    const row = rows[pick(rows.length)];
    if (!row) throw new Error(`${kind} found nothing: ${text}`);
    return row;
  };
  const done = await ACTS[kind]?.({ client, tenant, pick, one, run });
  if (!done) throw new Error(`no such tampering: ${kind}`);
  return { kind, ...done };
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
  async "flip a letter of an envelope"({ one, run, pick }) {
    const event = await one<Sealed>(SEALED);
    const at = pick(event.envelope.length);
    const letter = event.envelope[at] === "0" ? "1" : "0";
    const altered = event.envelope.slice(0, at) + letter + event.envelope.slice(at + 1);
    const update = "UPDATE audit_event SET envelope = $3 WHERE tenant_id = $1 AND event_id = $2";
    await run(update, event.event_id, altered);
    return { what: `letter ${at} of ${event.event_id}`, places: [`entry ${event.leaf_index} `] };
  },
  async "change a column"({ one, run, pick }) {
    const { event_id: id } = await one<{ event_id: string }>(ANY_EVENT);
    const [column = "", value = ""] = Object.entries(COLUMNS)[pick(8)] ?? [];
    await run(
      `UPDATE audit_event SET ${column} = ${value} WHERE tenant_id = $1 AND event_id = $2`,
      id,
    );
    return { what: `${column} of ${id}`, places: [`event ${id}`] };
  },
  async "delete an event"({ one, run }) {
    const event = await one<Sealed>(SEALED);
    await run("DELETE FROM audit_event WHERE tenant_id = $1 AND event_id = $2", event.event_id);
    return { what: event.event_id, places: [`entry ${event.leaf_index} is missing`] };
  },
  async "delete an event with all of its rows"({ one, run }) {
    const event = await one<Sealed>(SEALED);
    for (const table of ["audit_payload", "audit_leaf", "audit_event"]) {
      await run(`DELETE FROM ${table} WHERE tenant_id = $1 AND event_id = $2`, event.event_id);
    }
    return { what: event.event_id, places: [`entry ${event.leaf_index} is missing`] };
  },
  async "delete an event before it is sealed"({ one, run }) {
    const { event_id: id } = await one<{ event_id: string }>(
      "SELECT event_id FROM audit_pending WHERE tenant_id = $1 ORDER BY event_id",
    );
    // Nothing was signed of it yet: only what is left behind tells.
    await run("DELETE FROM audit_event WHERE tenant_id = $1 AND event_id = $2", id);
    return { what: id, places: [id] };
  },
  async "keep an event from being sealed"({ one, run }) {
    const { event_id: id } = await one<{ event_id: string }>(
      "SELECT event_id FROM audit_pending WHERE tenant_id = $1 ORDER BY event_id",
    );
    await run("DELETE FROM audit_pending WHERE tenant_id = $1 AND event_id = $2", id);
    return { what: id, places: [`event ${id} (unsealed)`] };
  },
  async "have an event sealed again"({ one, run }) {
    const { event_id: id } = await one<Sealed>(SEALED);
    await run("INSERT INTO audit_pending VALUES ($1, $2, clock_timestamp())", id);
    return { what: id, places: [`event ${id}`] };
  },
  async "swap two events"({ one, run }) {
    const first = await one<Sealed>(SEALED);
    let second = await one<Sealed>(SEALED);
    while (second.event_id === first.event_id) second = await one<Sealed>(SEALED);
    const put = "UPDATE audit_leaf SET event_id = $3 WHERE tenant_id = $1 AND leaf_index = $2";
    await run("DELETE FROM audit_leaf WHERE tenant_id = $1 AND leaf_index = $2", second.leaf_index);
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
  async "put an event in"({ one, run }) {
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
  async "add an event at the end"({ one, run }) {
    const { size } = await one<{ size: string }>(
      "SELECT count(*) AS size FROM audit_leaf WHERE tenant_id = $1",
    );
    await forge(run, size);
    return { what: `at ${size}`, places: [`entry ${size})`] };
  },
  async "delete a leaf"({ one, run }) {
    const { leaf_index: at } = await one<Sealed>(SEALED);
    await run("DELETE FROM audit_leaf WHERE tenant_id = $1 AND leaf_index = $2", at);
    return { what: at, places: [`entry ${at} is missing`] };
  },
  async "change a leaf's hash"({ one, run }) {
    const { leaf_index: at } = await one<Sealed>(SEALED);
    const update =
      "UPDATE audit_leaf SET leaf_hash = sha256(leaf_hash) WHERE tenant_id = $1 AND leaf_index = $2";
    await run(update, at);
    return { what: at, places: [`(entry ${at})`] };
  },
  async "cut the log, heads and tiles left"({ one, run }) {
    const { leaf_index: at } = await one<Sealed>(SEALED);
    await run("DELETE FROM audit_leaf WHERE tenant_id = $1 AND leaf_index >= $2", at);
    return { what: `from ${at}`, places: [`entry ${at} is missing`] };
  },
  async "roll the whole log back to an older head"({ one, run, client, tenant, pick }) {
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
  async "flip a byte of a tile"({ one, run, pick }) {
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
  async "delete a tile"({ one, run }) {
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
  async "shorten a tile"({ one, run }) {
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
  async "change a head"({ one, run, pick }) {
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
  async "change a payload"({ one, run, pick }) {
    const { event_id: id } = await one<{ event_id: string }>(ANY_EVENT);
    const change = [
      "ciphertext = set_byte(ciphertext, 20, (get_byte(ciphertext, 20) + 1) % 256)",
      "salt = sha256(ciphertext)",
      "key_id = key_id || 'x'",
    ][pick(3)];
    await run(`UPDATE audit_payload SET ${change} WHERE tenant_id = $1 AND event_id = $2`, id);
    return { what: id, places: [`event ${id}`] };
  },
  async "swap two payloads"({ one, run }) {
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
  async "delete a payload"({ one, run }) {
    const { event_id: id } = await one<{ event_id: string }>(ANY_EVENT);
    await run("DELETE FROM audit_payload WHERE tenant_id = $1 AND event_id = $2", id);
    return { what: id, places: [`event ${id}`] };
  },
};

/** An event as somebody without the keys would forge it: well formed, and nowhere signed. */
async function forge(run: Ways["run"], leafIndex: string): Promise<void> {
  const id = "01900000-0000-7000-8000-000000000001";
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
