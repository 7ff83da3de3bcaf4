import { type AddressInfo, createServer, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";

/** Ways of refusing a client, each with all that it sent: in the words of the protocol, and in words of no protocol. */
const REFUSALS = [
  (told: string) => `Authorization Violation: who is ${told}?`,
  (told: string) => `User Authentication Expired for ${told}`,
  (told: string) => `Permissions Violation for Subscription to "${told.replaceAll(/[\s"]/g, "")}"`,
  (told: string) => `I do not know ${told}`,
];

/**
 * A server that speaks NATS' client protocol as far as the login, over TLS where it has a certificate, and repeats in
 * its refusal what it was told. Each connection is refused in the next of four ways.
 */
export async function startIndiscreetNats(tls: { cert: string; key: string } | null) {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const info = { server_id: "N", version: "2.11.0", max_payload: 1_048_576, headers: true };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.write(
      `INFO ${JSON.stringify({ ...info, nonce: "n0nce", tls_required: tls !== null })}\r\n`,
    );
    if (!tls) return refuse(socket);
    const secureContext = createSecureContext(tls);
    const secured = new TLSSocket(socket, { isServer: true, secureContext, requestCert: true });
    secured.on("error", () => undefined);
    refuse(secured);
  });

  function refuse(socket: Socket): void {
    let said = "";
    socket.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      const told = /^CONNECT (.*)\r\n/.exec(said)?.[1];
      if (told === undefined || socket.writableEnded) return;
      const refusal = REFUSALS[heard.length % REFUSALS.length] as (told: string) => string;
      heard.push(told);
      socket.end(`-ERR '${refusal(told)}'\r\n`);
    });
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    ways: REFUSALS.length,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
