import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Runtime {
  ports: { idp: number };
}

/** Ends a user's sessions at the development identity provider, which tells the console by back channel. */
export async function endSessionsAtProvider(realm: string, username: string): Promise<void> {
  const dataDir = process.env.E2E_DATA_DIR ?? ".data/omantel";
  const { ports } = JSON.parse(readFileSync(join(dataDir, "runtime.json"), "utf8")) as Runtime;
  const token = readFileSync(join(dataDir, "idp", "admin-token"), "utf8").trim();
  const users = `http://127.0.0.1:${ports.idp}/admin/realms/${realm}/users`;
  const headers = { authorization: `Bearer ${token}` };
  const found = (await (await fetch(`${users}?username=${username}`, { headers })).json()) as {
    id: string;
  }[];
  const [user] = found;
  if (!user) throw new Error(`The provider has no user ${username} in ${realm}.`);
  const ended = await fetch(`${users}/${user.id}/logout`, { method: "POST", headers });
  if (!ended.ok) throw new Error(`The provider answered ${ended.status}.`);
}
