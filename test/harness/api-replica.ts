import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type ApiServer, startApiServer } from "./api-server.ts";

/** The same routes in a process of their own: what one replica remembers, another must learn. */
export async function startApiReplica(): Promise<ApiServer> {
  const child = spawn(process.execPath, ["--conditions=react-server", import.meta.filename], {
    env: { ...process.env, API_REPLICA: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const line = await Promise.race([
    once(createInterface(child.stdout), "line").then(([text]) => text as string),
    exited.then(() => null),
  ]);
  if (line === null) throw new Error("the replica did not start");
  return {
    url: line,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

if (process.env.API_REPLICA === "1" && process.argv[1] === import.meta.filename) {
  const server = await startApiServer();
  process.once("SIGTERM", () => process.exit(0));
  process.stdout.write(`${server.url}\n`);
}
