import { type Act, ANY_EVENT, SEALED, type Sealed } from "./act.ts";

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

/** Values that are changed. */
export const flipActs: Record<string, Act> = {
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
};
