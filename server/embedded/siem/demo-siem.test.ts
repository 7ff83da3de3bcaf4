import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { demoSiem } from "./demo-siem.ts";

const dir = mkdtempSync(join(tmpdir(), "siem-"));
afterAll(() => rmSync(dir, { recursive: true }));

async function listening() {
  const server = demoSiem(dir);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/acme-shop`;
  const post = async (body: string) => (await fetch(url, { method: "POST", body })).status;
  const count = async () => ((await (await fetch(url)).json()) as { events: number }).events;
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url, post, count, stop };
}

test("each event is kept once, also after a new start; what is no batch is refused", async () => {
  const first = await listening();
  expect(await first.post('[{"id":"a"},{"id":"b"}]')).toBe(202);
  expect(await first.post('[{"id":"b"},{"id":"c"}]')).toBe(202);
  expect(await first.post("[]")).toBe(202);
  expect(await first.post('{"id":"d"}')).toBe(400);
  expect((await fetch(`${first.url}/../etc/passwd`)).status).toBe(404);
  await first.stop();
  const again = await listening();
  expect(await again.post('[{"id":"a"}]')).toBe(202);
  expect(await again.count()).toBe(3);
  await again.stop();
  expect(readFileSync(join(dir, "acme-shop.ndjson"), "utf8").split("\n")).toHaveLength(4);
});
