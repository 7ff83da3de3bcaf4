import { randomBytes } from "node:crypto";
import type { z } from "zod";
import { ensureSovereign } from "#server/features/tenants/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { runVerb } from "#server/platform/verb.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import type { SaveRotationTargetInput } from "../schema.ts";
import { saveRotationTarget } from "../verbs/save-rotation-target.ts";

export const REASON = "agreed in the platform meeting";
export const newTargetName = () => `target-${randomBytes(4).toString("hex")}`;

/** A sovereign-admin in the Sovereign's own context. */
export async function sovereignAdmin(): Promise<Caller> {
  await ensureSovereign(sovereignTenant(), "The Sovereign");
  return userOf(sovereignTenant(), "admin", { roles: ["sovereign-admin"] });
}

export function targetInput(
  over: Partial<z.input<typeof SaveRotationTargetInput>> = {},
): z.input<typeof SaveRotationTargetInput> {
  return {
    name: newTargetName(),
    address: {
      kind: "postgres",
      host: "db.test",
      port: 5432,
      tls: "verify-full",
      databases: ["orders"],
    },
    tenants: "every",
    environments: ["prod"],
    reason: REASON,
    ...over,
  };
}

export async function register(over: Partial<z.input<typeof SaveRotationTargetInput>> = {}) {
  return runVerb(saveRotationTarget, await sovereignAdmin(), targetInput(over));
}
