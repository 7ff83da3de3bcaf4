import { type Act, SEALED, type Sealed } from "./act.ts";
import { FORGED, forge } from "./forge.ts";

/** Rows that are put in. */
export const insertActs: Record<string, Act> = {
  "have an event sealed again": {
    kind: "insert",
    tables: ["audit_pending"],
    async run({ one, run }) {
      const { event_id: id } = await one<Sealed>(SEALED);
      await run("INSERT INTO audit_pending VALUES ($1, $2, clock_timestamp())", id);
      return { what: id, places: [`event ${id}`] };
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
};
