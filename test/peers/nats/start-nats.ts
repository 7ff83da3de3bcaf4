import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { throwawayDirectory } from "#test/harness/throwaway-directory.ts";
import { freePorts, startServer } from "../running-server.ts";

export interface NatsOptions {
  /** PEM; without it the server speaks no TLS. */
  readonly tls?: { cert: string; key: string; clientCa?: string };
  readonly token?: string;
  /** Of an earlier server, whose streams this one goes on with. */
  readonly directory?: string;
  readonly port?: number;
}

/** Debian's own nats-server with JetStream, on loopback, its streams in a directory of its own. */
export async function startNats(program: string, options: NatsOptions = {}) {
  const directory = options.directory ?? (await throwawayDirectory());
  const port = options.port ?? (await freePorts(1))[0] ?? 0;
  const file = (name: string) => join(directory, name);
  const { tls, token } = options;
  if (tls) {
    await writeFile(file("server.pem"), tls.cert);
    await writeFile(file("server.key"), tls.key, { mode: 0o600 });
    await writeFile(file("clients.pem"), tls.clientCa ?? "");
  }
  const verify = tls?.clientCa ? `ca_file: "${file("clients.pem")}"\n  verify: true` : "";
  await writeFile(
    file("nats.conf"),
    [
      `listen: "127.0.0.1:${port}"`,
      `jetstream { store_dir: "${file("streams")}" }`,
      token ? `authorization { token: "${token}" }` : "",
      tls
        ? `tls {\n  cert_file: "${file("server.pem")}"\n  key_file: "${file("server.key")}"\n  ${verify}\n}`
        : "",
    ].join("\n"),
  );
  const server = await startServer({
    name: "NATS",
    program,
    args: ["-c", file("nats.conf")],
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: directory, NODE_ENV: process.env.NODE_ENV },
    logFile: file("nats.log"),
    isReady: () => answers(port),
    startTimeout: 30_000,
  });
  return { ...server, port, directory };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("data", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
    socket.setTimeout(2_000, () => resolve(false));
  }).then((isThere) => isThere as boolean);
}
