import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

interface Kubeconfig {
  users: { name: string; user: { token: string } }[];
}

/** Writes by what the console reaches the demo's cluster, with a token of its own that stays the same. */
export function writeDemoKubeconfig(file: string, port: number): void {
  const token = existsSync(file) ? tokenOf(file) : randomBytes(24).toString("hex");
  const [server, name] = [`http://127.0.0.1:${port}`, "demo"];
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    // The client speaks plain HTTP only where it is told not to ask for TLS.
    clusters: [{ name, cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}

/** Throws when the file is none of ours. */
export function tokenOf(file: string): string {
  const token = (JSON.parse(readFileSync(file, "utf8")) as Kubeconfig).users[0]?.user.token;
  if (!token) throw new Error("the demo's kubeconfig has no token");
  return token;
}
