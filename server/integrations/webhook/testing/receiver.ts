import { createPublicKey, verify } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What the receiver answers: a status with headers, or silence. */
export type Answer =
  | { status: number; headers?: Record<string, string>; body?: string }
  | "silence";

/** A real HTTP server that keeps what it was sent, and answers as the test says. */
export async function startReceiver(answer: (received: Received) => Answer) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = {
      path: request.url ?? "",
      headers: request.headers,
      body: Buffer.concat(chunks).toString("utf8"),
    };
    received.push(one);
    const say = answer(one);
    if (say === "silence") return;
    response.writeHead(say.status, say.headers).end(say.body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const SPKI_HEADER = Buffer.from("302a300506032b6570032100", "hex");

/** A receiver's own check, written from the Standard Webhooks text alone. */
export function isSignedBy(publicKey: string, { headers, body }: Received): boolean {
  const [id, timestamp] = [headers["webhook-id"], headers["webhook-timestamp"]];
  const key = createPublicKey({
    key: Buffer.concat([SPKI_HEADER, Buffer.from(publicKey.replace("whpk_", ""), "base64")]),
    format: "der",
    type: "spki",
  });
  return String(headers["webhook-signature"])
    .split(" ")
    .some((entry) => {
      const [scheme, signature] = entry.split(",");
      const signed = Buffer.from(`${id}.${timestamp}.${body}`);
      return scheme === "v1a" && verify(null, signed, key, Buffer.from(signature ?? "", "base64"));
    });
}
