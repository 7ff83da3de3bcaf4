import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDevIdp } from "#server/embedded/idp/testing/start-dev-idp.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { probeClientSecret, proveClientSecretDead } from "./probe-client-secret.ts";

test("the development identity provider answers a probe as Keycloak does", async () => {
  const folder = mkdtempSync(join(tmpdir(), "probe-idp-"));
  const idp = await startDevIdp({ folder, consoleUrl: "http://localhost:1" });
  try {
    const current = SecretValue.of(readFileSync(join(folder, "acme-shop.client-secret"), "utf8"));
    const old = SecretValue.of("an-older-secret");
    const client = {
      tokenEndpoint: `${idp.url}/realms/acme-shop/protocol/openid-connect/token`,
      clientId: "sovereign-console",
    };
    expect(await probeClientSecret(client, current)).toBe("accepted");
    expect(await probeClientSecret(client, old)).toBe("refused");
    expect(await proveClientSecretDead(client, { old, current })).toBe("dead");
    expect(await proveClientSecretDead(client, { old, current: old })).toBe("unknown");
  } finally {
    await idp.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
