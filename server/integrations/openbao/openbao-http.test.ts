import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { SecretValue } from "#server/platform/secret-value.ts";
import { OpenBaoClient } from "./openbao-client.ts";

/** Failures no vault shows on demand: a server that hangs up, stalls, or answers like a proxy. */
let server: Server;
let calls = 0;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test("a write cut off after it was sent is not repeated: its outcome is unknown", async () => {
  const client = await clientOf((request) => request.socket.destroy());
  const failed = client.kv.write("a", { value: SecretValue.of("canary") }, 0);
  await expect(failed).rejects.toMatchObject({ failure: "outcome_unknown", changedNothing: false });
  expect(calls).toBe(1);
});

test("a read cut off is repeated until it answers", async () => {
  const client = await clientOf((request, response) => {
    if (calls < 3) request.socket.destroy();
    else response.writeHead(404).end('{"errors":[]}');
  });
  expect(await client.kv.read("a")).toEqual({ kind: "absent" });
  expect(calls).toBe(3);
});

test("a stalled write times out as unknown", async () => {
  const client = await clientOf(() => undefined, { timeoutMillis: 100 });
  const failed = client.kv.write("a", { value: SecretValue.of("1") }, 0);
  await expect(failed).rejects.toMatchObject({ failure: "outcome_unknown" });
});

test("a proxy's page with status 200 is no success", async () => {
  const client = await clientOf((_, response) => response.end("<html>welcome</html>"));
  const failed = client.kv.write("a", { value: SecretValue.of("1") }, 0);
  await expect(failed).rejects.toMatchObject({ failure: "outcome_unknown" });
});

test("a quota's 429 is waited out, for writes too: nothing was done", async () => {
  const client = await clientOf((_, response) => {
    if (calls < 2) response.writeHead(429).end('{"errors":["rate limit quota exceeded"]}');
    else response.end(JSON.stringify({ data: { version: 1, ...NO_VERSION } }));
  });
  expect(await client.kv.write("a", { value: SecretValue.of("1") }, 0)).toBe(1);
});

test("a 500 answer to a write is unknown, not refused", async () => {
  const client = await clientOf((_, response) =>
    response.writeHead(500).end('{"errors":["disk"]}'),
  );
  const failed = client.kv.write("a", { value: SecretValue.of("1") }, 0);
  await expect(failed).rejects.toMatchObject({ failure: "outcome_unknown", status: 500 });
});

const NO_VERSION = { created_time: "", deletion_time: "", destroyed: false };

async function clientOf(listener: RequestListener, options = {}): Promise<OpenBaoClient> {
  calls = 0;
  server = createServer((request, response) => {
    calls += 1;
    request.resume().on("end", () => listener(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const token = SecretValue.of("s.test");
  return new OpenBaoClient({ address: `http://127.0.0.1:${port}`, token, ...options });
}
