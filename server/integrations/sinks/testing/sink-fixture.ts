import { createHash } from "node:crypto";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import { toOcsf } from "#server/engines/ocsf/to-ocsf.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { openSink } from "../open-sink.ts";
import type { DeliverableEvent, JsonObject, SinkWorld } from "../sink.ts";

export const TENANT = "019a3f6e-0000-7000-8000-00000000000a";

/** Events of one tenant's log, each with an id of its own. */
export function eventsOf(
  count: number,
  change: (at: number) => { [name: string]: JsonValue | undefined } = () => ({}),
) {
  return Array.from({ length: count }, (_, at): DeliverableEvent => {
    const hash = createHash("sha256").update(`${at}`).digest("hex");
    const id = `019a3f6e-7c2b-7d11-9f0a-${hash.slice(0, 12)}`;
    const occurredAt = new Date(Date.UTC(2026, 10, 22, 10, 0, 0, at));
    const envelope = {
      specversion: "1.0",
      id,
      source: `//log.example/${TENANT}`,
      type: "runtime.secrets.rotated",
      subject: `secret-binding/${at}`,
      time: occurredAt.toISOString(),
      tenant: TENANT,
      principal: "u:1",
      principalkind: "user",
      outcome: "succeeded",
      leafindex: String(at),
      leafhash: hash,
      data: { note: `تم تدوير "${at}" ] \\`, actor: { name: "Maryam" } },
      ...change(at),
    } as JsonObject;
    const ocsf = toOcsf(envelope);
    return {
      id,
      seq: BigInt(at),
      tenantId: TENANT,
      occurredAt,
      type: String(envelope.type),
      envelope,
      ocsf,
    };
  });
}

/** A world in which secrets are what the test says and every address may be dialled unless it says no. */
export function worldOf(
  secrets: Record<string, string> = {},
  change: Partial<SinkWorld> = {},
): SinkWorld {
  return {
    async secret({ path }) {
      const value = secrets[path];
      if (value === undefined) throw new Error(`the test has no secret ${path}`);
      return SecretValue.of(value);
    },
    isAllowedAddress: () => true,
    signed: () => ({}),
    ...change,
  };
}

/** The driver of a configuration as a form would give it. */
export function sinkOf(config: Record<string, unknown>, world: SinkWorld = worldOf()) {
  return openSink(SinkConfig.parse(config), world);
}

export const never = (): AbortSignal => new AbortController().signal;
