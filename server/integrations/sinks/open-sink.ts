import "server-only";
import type { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import type { Sink, SinkWorld } from "./sink.ts";
import { SinkError } from "./sink.ts";

/** The driver of a sink. Connects to nothing yet: `check` and `deliver` do. */
export async function openSink(config: SinkConfig, _world: SinkWorld): Promise<Sink> {
  throw new SinkError({
    field: "kind",
    message: `no driver for ${config.kind}`,
    remedy: "Choose another kind.",
  });
}
