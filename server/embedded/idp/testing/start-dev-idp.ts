import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface DevIdp {
  url: string;
  folder: string;
  identityFile: string;
  /** Calls an admin endpoint, e.g. `PUT acme-shop/users/developer/roles`. */
  admin(method: string, path: string, body?: unknown): Promise<Response>;
  stop(): Promise<void>;
}

/** Starts the real development identity provider as its own process on a free port. */
export async function startDevIdp(options: {
  folder: string;
  consoleUrl: string;
  demo?: "omantel" | "bankdhofar";
  port?: number;
}): Promise<DevIdp> {
  const main = join(import.meta.dirname, "../main.ts");
  const child = spawn(process.execPath, ["--conditions=react-server", main], {
    env: {
      NODE_ENV: process.env.NODE_ENV,
      PATH: process.env.PATH,
      CONSOLE_MODE: "demo",
      CONSOLE_URL: options.consoleUrl,
      DEMO: options.demo ?? "omantel",
      DEV_IDP_DIR: options.folder,
      DEV_IDP_PORT: String(options.port ?? 0),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr.on("data", (chunk) => {
    complaints += chunk;
  });
  const exited = once(child, "exit");
  const ready = await Promise.race([
    once(createInterface(child.stdout), "line").then(([line]) => JSON.parse(line as string)),
    exited.then(() => null),
  ]);
  if (!ready) throw new Error(`development identity provider did not start: ${complaints}`);
  const token = await readFile(join(options.folder, "admin-token"), "utf8");
  return {
    url: ready.url,
    folder: options.folder,
    identityFile: ready.identityFile,
    admin: (method, path, body) =>
      fetch(`${ready.url}/admin/realms/${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
