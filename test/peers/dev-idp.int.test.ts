/** The claims contract kept by the development identity provider, as part of every integration run. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDevIdp } from "#server/embedded/idp/testing/start-dev-idp.ts";
import { claimsContract } from "./claims-contract.ts";

claimsContract({
  name: "the development identity provider",
  realm: "acme-shop",
  tenants: ["omantel", "muscatpharmacy", "acme-shop", "lulu-hypermarket"],
  async start(consoleUrl) {
    const folder = mkdtempSync(join(tmpdir(), "dev-idp-"));
    const idp = await startDevIdp({ folder, consoleUrl });
    const call = async (method: string, path: string, body?: unknown) => {
      const response = await idp.admin(method, path, body);
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
      return response;
    };
    return {
      issuerOf: (realm) => `${idp.url}/realms/${realm}`,
      clientSecretOf: (realm) => readFileSync(join(folder, `${realm}.client-secret`), "utf8"),
      async setRoles(realm, username, roles) {
        await call("PUT", `${realm}/users/${username}/roles`, { roles });
      },
      async setEnabled(realm, username, enabled) {
        await call("PUT", `${realm}/users/${username}`, { enabled });
      },
      async endSession(realm, sid) {
        await call("DELETE", `${realm}/sessions/${sid}`);
      },
      async logoutUser(realm, username) {
        await call("POST", `${realm}/users/${username}/logout`);
      },
      async stop() {
        await idp.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
});
