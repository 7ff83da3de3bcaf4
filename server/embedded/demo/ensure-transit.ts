import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";

/** A key of the development vault's transit engine; the engine is mounted when it isn't yet. */
export async function ensureTransitKey(
  vault: { client: OpenBaoClient; address: string; token: SecretValue },
  key: { name: string; type: string },
): Promise<{ latestVersion: number }> {
  const mounts = await vault.client.system.mounts();
  if (!mounts.some(({ path }) => path === "transit")) {
    const answer = await fetch(new URL("/v1/sys/mounts/transit", vault.address), {
      method: "POST",
      headers: { "x-vault-token": vault.token.reveal(), "content-type": "application/json" },
      body: JSON.stringify({ type: "transit" }),
    });
    if (!answer.ok) throw new Error(`mounting transit was answered ${answer.status}`);
  }
  return vault.client.transit().create(key.name, key.type);
}
