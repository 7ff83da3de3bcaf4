import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { obtainKeycloak } from "./keycloak/obtain-keycloak.ts";
import { startKeycloak } from "./keycloak/start-keycloak.ts";
import { serviceCallersContract } from "./service-callers-contract.ts";

const REALM = "acme-shop";
const FILE = join(
  import.meta.dirname,
  "../../deploy/keycloak/per-organization/realm-acme-shop.json",
);

serviceCallersContract("Keycloak", async () => {
  const consoleSecret = randomBytes(24).toString("hex");
  const keycloak = await startKeycloak(await obtainKeycloak(), {
    realmFiles: [FILE],
    variables: {
      CONSOLE_URL: "http://localhost:3000",
      SOVEREIGN_CONSOLE_CLIENT_SECRET: consoleSecret,
    },
  });
  const admin = (method: string, path: string, body?: unknown) =>
    keycloak.admin.request(method, path, body);
  return {
    url: keycloak.url,
    admin,
    consoleSecret,
    async allowScope(clientId, scope) {
      await admin("POST", `${REALM}/client-scopes`, {
        name: scope,
        protocol: "openid-connect",
        attributes: { "include.in.token.scope": "true" },
      });
      const idOf = async (path: string, key: string, name: string) => {
        const all = (await (await admin("GET", path)).json()) as Record<string, string>[];
        return all.find((each) => each[key] === name)?.id;
      };
      const client = await idOf(`${REALM}/clients?clientId=${clientId}`, "clientId", clientId);
      const id = await idOf(`${REALM}/client-scopes`, "name", scope);
      await admin("PUT", `${REALM}/clients/${client}/optional-client-scopes/${id}`);
    },
    stop: () => keycloak.stop(),
  };
});
