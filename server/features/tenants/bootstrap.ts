import "server-only";
import { env } from "#server/platform/env/env.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";
import { bootstrapSovereign } from "./verbs/bootstrap-sovereign.ts";
import { createTenant } from "./verbs/create-tenant.ts";

/** Makes the Sovereign's record if it is not there. Run at each start, and by seeds. */
export async function ensureSovereign(slug: string, displayName: string): Promise<void> {
  await runVerb(bootstrapSovereign, systemCaller(slug, "bootstrap"), { slug, displayName });
}

/** Makes an organization if it is not there, on behalf of the Sovereign of this installation. */
export async function ensureTenant(slug: string, displayName: string): Promise<void> {
  try {
    await runVerb(createTenant, systemCaller(env().SOVEREIGN, "bootstrap"), { slug, displayName });
  } catch (error) {
    if (!(error instanceof AppError && error.code === "conflict")) throw error;
  }
}
