import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { postWebhook } from "./post-webhook.ts";
import { type Answer, startReceiver } from "./testing/receiver.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function receiver(answer: (path: string) => Answer) {
  const started = await startReceiver(({ path }) => answer(path));
  stops.push(started.stop);
  return started;
}

const post = (url: string, options: Partial<Parameters<typeof postWebhook>[0]> = {}) =>
  postWebhook({
    url,
    headers: { "content-type": "application/json" },
    body: '{"a":1}',
    timeoutMillis: 5_000,
    isAllowedAddress: () => true,
    ...options,
  });

test("posts the body as it is and tells the status", async () => {
  const { url, received } = await receiver(() => ({ status: 202 }));
  expect(await post(`${url}/hook?x=1`)).toEqual({ kind: "answered", status: 202 });
  expect(received).toMatchObject([{ path: "/hook?x=1", body: '{"a":1}' }]);
});

test("follows no redirect", async () => {
  const { url, received } = await receiver((path) =>
    path === "/first" ? { status: 302, headers: { location: "/second" } } : { status: 200 },
  );
  expect(await post(`${url}/first`)).toEqual({ kind: "answered", status: 302 });
  expect(received.map(({ path }) => path)).toEqual(["/first"]);
});

test("a receiver that says nothing is a timeout", async () => {
  const { url } = await receiver(() => "silence");
  expect(await post(url, { timeoutMillis: 200 })).toEqual({ kind: "failed", fault: "timeout" });
});

test("an endless answer is not waited for", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    const drip = setInterval(() => socket.write("1\r\nx\r\n"), 5);
    socket.on("close", () => clearInterval(drip));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ kind: "answered", status: 200 });
});

test("refused, unresolved and broken connections have names of their own", async () => {
  const gone = await startReceiver(() => ({ status: 200 }));
  await gone.stop();
  expect(await post(gone.url)).toEqual({ kind: "failed", fault: "connection-refused" });
  expect(await post("http://no-such-host.invalid/")).toEqual({
    kind: "failed",
    fault: "name-not-found",
  });
  const plain = await receiver(() => ({ status: 200 }));
  expect(await post(`https://127.0.0.1:${plain.port}/`)).toEqual({ kind: "failed", fault: "tls" });
});

test("the address is judged, by literal and by what a name stands for", async () => {
  const { url, port, received } = await receiver(() => ({ status: 200 }));
  const isAllowedAddress = (address: string) => !["127.0.0.1", "::1"].includes(address);
  const refused = { kind: "failed", fault: "address-refused" };
  expect(await post(url, { isAllowedAddress })).toEqual(refused);
  expect(await post(`http://localhost:${port}/`, { isAllowedAddress })).toEqual(refused);
  expect(received).toEqual([]);
  expect(await post(`http://localhost:${port}/`)).toMatchObject({ kind: "answered" });
});
