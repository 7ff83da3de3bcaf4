import { randomUUID } from "node:crypto";
import { ApiClient } from "#test/fixtures/api-client.ts";

/** What the clients of the bench are told: where to send what, and how long. */
export interface ClientOrders {
  base: string;
  path: string;
  clients: number;
  batch: number;
  millis: number;
  /** A machine's token; else callers with these tokens and keys of their own. */
  machineToken?: string;
  /** Gets a token that is bound to the client's key. */
  realm?: {
    tokenUrl: string;
    clientId: string;
    secret: string;
    tenant: string;
    consoleUrl: string;
  };
}

export interface ClientFigures {
  events: number;
  calls: number;
  seconds: number;
  p50: number;
  p99: number;
}

const event = () => ({
  specversion: "1.0",
  id: randomUUID(),
  source: "/bench/ledger",
  type: "com.example.ledger.entry-booked",
  time: new Date().toISOString(),
  subject: "ledger/2026-11",
  principal: "closing-job",
  outcome: "succeeded",
  datacontenttype: "application/json",
  data: { entry: 4711, amount: "12.500", currency: "OMR", region: "muscat", note: "monthly close" },
});

async function run(orders: ClientOrders): Promise<ClientFigures> {
  const { base, path, batch, millis, machineToken } = orders;
  const type = batch === 1 ? "application/cloudevents+json" : "application/cloudevents-batch+json";
  const took: number[] = [];
  let events = 0;
  const senders = await Promise.all(
    Array.from({ length: orders.clients }, async () => {
      if (machineToken) {
        const headers = { authorization: `Bearer ${machineToken}`, "content-type": type };
        return (body: string) => fetch(`${base}${path}`, { method: "POST", headers, body });
      }
      const client = await bound(orders.realm as NonNullable<ClientOrders["realm"]>);
      return (body: string) =>
        client.call((request) => fetch(`${base}${path}`, request), "POST", path, {
          body,
          headers: { "content-type": type },
        });
    }),
  );
  // Nonces, connections and plans are made before the clock runs.
  for (const send of senders)
    await (await send(JSON.stringify(batch === 1 ? event() : [event()]))).text();
  const begun = performance.now();
  await Promise.all(
    senders.map(async (send) => {
      while (performance.now() - begun < millis) {
        const body = JSON.stringify(batch === 1 ? event() : Array.from({ length: batch }, event));
        const at = performance.now();
        const response = await send(body);
        const answer = (await response.json()) as { received?: number };
        if (answer.received !== batch)
          throw new Error(`${response.status} ${JSON.stringify(answer).slice(0, 300)}`);
        took.push(performance.now() - at);
        events += batch;
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1_000;
  took.sort((a, b) => a - b);
  const at = (share: number) =>
    took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  return { events, calls: took.length, seconds, p50: at(0.5), p99: at(0.99) };
}

async function bound({
  tokenUrl,
  clientId,
  secret,
  tenant,
  consoleUrl,
}: NonNullable<ClientOrders["realm"]>) {
  return ApiClient.create({
    url: consoleUrl,
    tenant,
    async token(client) {
      const response = await fetch(tokenUrl, {
        method: "POST",
        headers: {
          authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString("base64")}`,
          dpop: await client.proof("POST", tokenUrl),
        },
        body: new URLSearchParams({ grant_type: "client_credentials" }),
      });
      const { access_token: token } = (await response.json()) as { access_token?: string };
      if (!token) throw new Error("no token");
      return token;
    },
  });
}

process.on("message", (orders: ClientOrders) => {
  run(orders).then(
    (figures) => process.send?.({ figures }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
