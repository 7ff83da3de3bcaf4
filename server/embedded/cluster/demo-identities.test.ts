import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readX509Svid } from "#server/integrations/certificates/svid.ts";
import { DemoIdentities } from "./demo-identities.ts";
import { demoSvid } from "./demo-svid.ts";

test("each organization has an SVID that is made anew at half of its five minutes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "svids-"));
  const identities = new DemoIdentities(folder, "omantel", ["omantel", "acme-shop"]);
  const start = new Date("2026-11-22T08:00:00Z");
  const at = (seconds: number) => new Date(start.getTime() + seconds * 1000);
  const { file, spiffeId } = demoSvid("omantel", "acme-shop");
  const read = () => readX509Svid(readFileSync(join(folder, file), "utf8"));
  expect(await identities.turn(at(0))).toBe(2);
  const first = read();
  expect(first).toMatchObject({ spiffeId, notBefore: at(0), notAfter: at(300) });
  expect(await identities.turn(at(149))).toBe(0);
  expect(await identities.turn(at(150))).toBe(2);
  expect(read().serialNumber).not.toBe(first.serialNumber);
  rmSync(folder, { recursive: true });
});
