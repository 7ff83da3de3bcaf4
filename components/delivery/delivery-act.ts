import type { SinkDetail, SinkView } from "#server/features/delivery/schema.ts";

/** What somebody is about to do on the page. */
export type DeliveryAct =
  | { kind: "add" }
  | { kind: "edit"; sink: SinkDetail }
  | { kind: "backfill" | "pause" | "resume" | "remove"; sink: SinkView };
