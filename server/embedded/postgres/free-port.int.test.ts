import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { freePort } from "./free-port.ts";

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => void server.close()));

function listen(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    servers.push(server);
    server.listen(port, host, resolve);
  });
}

test("gives the wanted port while it is free, and the next one when it is taken", async () => {
  const port = await freePort();
  expect(await freePort(port)).toBe(port);
  await listen(port, "127.0.0.1");
  expect(await freePort(port)).toBeGreaterThan(port);
});

test("a listener on all addresses takes the port too", async () => {
  const port = await freePort();
  await listen(port, "0.0.0.0");
  expect(await freePort(port)).toBeGreaterThan(port);
});

test("leaves out the ports already given away", async () => {
  const port = await freePort();
  expect(await freePort(port, new Set([port]))).toBeGreaterThan(port);
});
