import { randomBytes } from "node:crypto";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";
import { ensureTransitKey } from "./ensure-transit.ts";

const GRACE_SECONDS = 20;

/**
 * Two credentials that live in the store alone and really rotate: a generated token, and a signing
 * key that takes a second person's approval. Doing it again changes nothing.
 */
export async function seedDemoStore(
  tenant: string,
  vault: { client: OpenBaoClient; address: string; token: SecretValue },
): Promise<void> {
  const { kv } = vault.client;
  const path = `${tenant}/prod/webhook-token`;
  const value = SecretValue.of(randomBytes(32).toString("base64url"));
  const found = await kv.metadata(path);
  const version = found?.currentVersion ?? (await kv.write(path, { value }, 0));
  const caller = systemCaller(tenant, "demo-seed");
  const common = { environment: "prod", store: "openbao", graceSeconds: GRACE_SECONDS } as const;
  await runVerb(bindSecret, caller, {
    ...common,
    name: "webhook-token",
    class: "api-token",
    path,
    owner: "team-notifications",
    rotator: { kind: "kv-generated", field: "value", bytes: 32, keep: [] },
    currentVersion: version,
    lastRotatedAt: new Date(),
  });
  const key = `${tenant}-receipts`;
  const { latestVersion } = await ensureTransitKey(vault, { name: key, type: "ed25519" });
  await runVerb(bindSecret, caller, {
    ...common,
    name: "receipt-signing-key",
    class: "signing-key",
    path: `transit/keys/${key}`,
    owner: "team-finance",
    rotator: { kind: "openbao-transit", mount: "transit", key, trim: false },
    currentVersion: latestVersion,
    lastRotatedAt: new Date(),
  });
}
