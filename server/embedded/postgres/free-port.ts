import { createServer } from "node:net";

function canListen(port: number, host: string): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === "object" ? address.port : null));
    });
  });
}

/**
 * The wanted port when nothing listens there, else the next free one above it; any free port when
 * none is wanted. Another process may still take it before the caller does: retry on a failed bind.
 */
export async function freePort(wanted?: number, host = "127.0.0.1"): Promise<number> {
  for (
    let port = wanted ?? 0;
    wanted !== undefined && port < Math.min(wanted + 100, 65_536);
    port++
  ) {
    if ((await canListen(port, host)) !== null) return port;
  }
  const port = await canListen(0, host);
  if (port === null) throw new Error(`No free port on ${host}`);
  return port;
}
