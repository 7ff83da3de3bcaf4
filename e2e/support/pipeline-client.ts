import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiClient } from "#test/fixtures/api-client.ts";
import { RealmClients } from "#test/fixtures/realm-clients.ts";

interface Runtime {
  ports: { idp: number };
}

/** A pipeline of the demo's realm, made as an operator makes one; it calls the console with DPoP. */
export async function pipelineClient(realm: string, consoleUrl: string): Promise<ApiClient> {
  const folder = process.env.E2E_DATA_DIR ?? ".data/omantel";
  const { ports } = JSON.parse(readFileSync(join(folder, "runtime.json"), "utf8")) as Runtime;
  const token = readFileSync(join(folder, "idp", "admin-token"), "utf8").trim();
  const url = `http://localhost:${ports.idp}`;
  const admin = (method: string, path: string, body?: unknown) =>
    fetch(`${url}/admin/realms/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const clients = new RealmClients({ url, admin }, consoleUrl);
  return clients.client(`e2e-pipeline-${Date.now()}`, { realm });
}
