import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientSecretsContract } from "#test/peers/client-secrets/client-secrets-contract.ts";
import { startDevIdp } from "./testing/start-dev-idp.ts";

const REALM = "acme-shop";

/** The development identity provider keeps the contract that a real Keycloak keeps. */
clientSecretsContract(async () => {
  const folder = mkdtempSync(join(tmpdir(), "client-secrets-idp-"));
  const idp = await startDevIdp({ folder, consoleUrl: "http://localhost:1" });
  return {
    url: idp.url,
    realm: REALM,
    async admin<T>(method: string, path: string, body?: unknown): Promise<T> {
      const answer = await idp.admin(method, `${REALM}/${path}`, body);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return (text ? JSON.parse(text) : null) as T;
    },
    async stop() {
      await idp.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});
