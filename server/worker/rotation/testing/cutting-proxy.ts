import { connect, createServer, type Socket } from "node:net";

export interface CuttingProxy {
  port: number;
  /** Cuts the next connection whose request contains the text: it arrives, its answer does not. */
  cutAfter(text: string): void;
  /** How often it has cut. */
  cuts(): number;
  close(): Promise<void>;
}

/** A network that loses an answer at the worst moment. */
export async function cuttingProxy(targetPort: number): Promise<CuttingProxy> {
  let trigger: string | null = null;
  let cuts = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(targetPort, "127.0.0.1");
    let isDoomed = false;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (chunk) => {
      if (trigger && chunk.includes(trigger)) {
        trigger = null;
        isDoomed = true;
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (!isDoomed) client.write(chunk);
      else {
        cuts += 1;
        client.destroy();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    cutAfter(text) {
      trigger = text;
    },
    cuts: () => cuts,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
