import { createServer } from "node:net";

/** A browser tries both for `localhost`, so a listener on either would take its calls. */
const LOOPBACKS = ["127.0.0.1", "::1"];
const NO_SUCH_ADDRESS = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"]);

/** The port that could be bound; null when it is taken; the wanted one where the address is unknown. */
function tryListen(port: number, host: string): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      resolve(NO_SUCH_ADDRESS.has(error.code ?? "") ? port : null),
    );
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === "object" ? address.port : null));
    });
  });
}

async function isFree(port: number): Promise<boolean> {
  for (const host of LOOPBACKS) {
    if ((await tryListen(port, host)) === null) return false;
  }
  return true;
}

/**
 * The wanted loopback port when nothing listens there, else the next free one above it; any free
 * port when none is wanted. Another process may still take it first: retry on a failed bind.
 */
export async function freePort(
  wanted = 0,
  avoid: ReadonlySet<number> = new Set(),
): Promise<number> {
  for (let port = wanted; port > 0 && port < 65_536; port++) {
    if (!avoid.has(port) && (await isFree(port))) return port;
  }
  for (;;) {
    const port = await tryListen(0, "127.0.0.1");
    if (port === null) throw new Error("No free port on 127.0.0.1");
    if (!avoid.has(port) && (await isFree(port))) return port;
  }
}
