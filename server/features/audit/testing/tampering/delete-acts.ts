import { type Act, ANY_EVENT, SEALED, type Sealed } from "./act.ts";

/** Rows that are taken out. */
export const deleteActs: Record<string, Act> = {
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
  "delete a leaf": {
    kind: "delete",
    tables: ["audit_leaf"],
    async run({ one, run }) {
      const { leaf_index: at } = await one<Sealed>(SEALED);
      await run("DELETE FROM audit_leaf WHERE tenant_id = $1 AND leaf_index = $2", at);
      return { what: at, places: [`entry ${at} is missing`] };
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
  "delete a cosignature": {
    kind: "delete",
    tables: ["audit_cosignature"],
    async run({ run }) {
      await run("DELETE FROM audit_cosignature WHERE tenant_id = $1 AND tree_size = 303");
      return { what: "303", places: ["on the head of 303 entries is missing"] };
    },
  },
};
