import { type Act, ANY_EVENT, SEALED, type Sealed } from "./act.ts";

/** Rows, and what is in them, that are moved. */
export const reorderActs: Record<string, Act> = {
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
};
