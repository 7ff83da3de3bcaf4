import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the proxy does to one call instead of passing it on unharmed. */
export type Misdeed =
  /** Answers itself; the vault never hears of the call. */
  | { kind: "answer"; status: number; errors: string[] }
  /** The vault does it, but its answer comes too late. */
  | { kind: "late"; millis: number }
  /** The vault does it, but the connection is cut in the middle of the body. */
  | { kind: "half" }
  /** The vault does it, but says something else. */
  | { kind: "lie"; about(body: unknown): unknown };

export interface Call {
  method: string;
  path: string;
}

export interface BadVault {
  address: string;
  /** Until it is called again. Null: an honest vault. */
  misbehave(how: ((call: Call) => Misdeed | null) | null): void;
  /** How many calls were harmed since then. */
  harmed(): number;
  close(): Promise<void>;
}

/** A vault that behaves as badly as a test says: a proxy before a real one. */
export async function badVault(target: string): Promise<BadVault> {
  let judge: ((call: Call) => Misdeed | null) | null = null;
  let harmed = 0;
  const server = createServer(async (incoming, outgoing) => {
    const call = { method: incoming.method ?? "GET", path: decodeURIComponent(incoming.url ?? "") };
    const misdeed = judge?.(call) ?? null;
    if (misdeed) harmed += 1;
    try {
      const body = await bodyOf(incoming);
      if (misdeed?.kind === "answer") {
        send(outgoing, misdeed.status, JSON.stringify({ errors: misdeed.errors }));
        return;
      }
      const answer = await forward(target, incoming, body);
      await harm(outgoing, answer, misdeed);
    } catch {
      outgoing.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    misbehave(how) {
      judge = how;
      harmed = 0;
    },
    harmed: () => harmed,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Answer {
  status: number;
  text: string;
}

async function harm(
  outgoing: ServerResponse,
  { status, text }: Answer,
  misdeed: Misdeed | null,
): Promise<void> {
  switch (misdeed?.kind) {
    case "late": {
      await new Promise((resolve) => setTimeout(resolve, misdeed.millis));
      send(outgoing, status, text);
      return;
    }
    case "half": {
      outgoing.writeHead(status, { "content-length": Buffer.byteLength(text) + 1 });
      outgoing.write(text.slice(0, Math.floor(text.length / 2)), () => outgoing.destroy());
      return;
    }
    case "lie":
      send(outgoing, status, JSON.stringify(misdeed.about(JSON.parse(text))));
      return;
    default:
      send(outgoing, status, text);
  }
}

function send(outgoing: ServerResponse, status: number, text: string): void {
  outgoing.writeHead(status, { "content-type": "application/json" }).end(text);
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function forward(target: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const { host: _, connection: __, ...headers } = incoming.headers;
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(incoming.url ?? "", target),
      { method: incoming.method, headers },
      async (answer) => {
        const text = (await bodyOf(answer)).toString("utf8");
        resolve({ status: answer.statusCode ?? 0, text });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
