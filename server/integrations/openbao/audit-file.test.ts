import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readAuditedUses } from "./audit-file.ts";

const folder = mkdtempSync(join(tmpdir(), "audit-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PATH = "secret/data/acme/prod/orders-db";
const wanted = [{ path: PATH, capability: "read" }];

/** As OpenBao 2.x writes an answered call; values are HMACs there. */
function entry(over: {
  type?: string;
  time?: string;
  login?: string;
  path?: string;
  operation?: string;
  error?: string;
}): string {
  const { type = "response", time = "2026-11-20T10:00:00.5Z", error } = over;
  return JSON.stringify({
    time,
    type,
    auth: {
      client_token: "hmac-sha256:00",
      display_name: over.login ?? "kubernetes-orders",
      policies: ["orders-read"],
      token_type: "service",
    },
    request: {
      id: "d3f6",
      operation: over.operation ?? "read",
      mount_type: "kv",
      path: over.path ?? PATH,
      remote_address: "10.0.0.7",
    },
    ...(error ? { error } : {}),
  });
}

function uses(...lines: string[]) {
  const file = join(folder, "audit.log");
  writeFileSync(file, lines.join("\n"));
  return readAuditedUses(file, wanted);
}

test("reads that were answered are counted by login and address, with first and last", async () => {
  const found = await uses(
    entry({}),
    entry({ time: "2026-11-21T10:00:00Z" }),
    entry({ login: "userpass-sara" }),
    entry({ type: "request" }),
    entry({ operation: "update" }),
    entry({ path: `${PATH}-other` }),
    entry({ error: "permission denied" }),
  );
  expect(found).toMatchObject({ unread: 0, isCut: false });
  expect(found.uses).toMatchObject([
    {
      login: "kubernetes-orders",
      address: "10.0.0.7",
      count: 2,
      first: new Date("2026-11-20T10:00:00.5Z"),
      last: new Date("2026-11-21T10:00:00Z"),
    },
    { login: "userpass-sara", count: 1 },
  ]);
});

test("a line that can't be read is not passed over in silence", async () => {
  const half = entry({}).slice(0, -30);
  expect(await uses(entry({}), half)).toMatchObject({ unread: 1, uses: [{ count: 1 }] });
});

test("more logins than can be told are said to be more", async () => {
  const many = Array.from({ length: 501 }, (_, at) => entry({ login: `l${at}` }));
  const found = await uses(...many);
  expect(found.uses).toHaveLength(500);
  expect(found.isCut).toBe(true);
});

test("without the file it throws", async () => {
  await expect(readAuditedUses(join(folder, "none"), wanted)).rejects.toThrow(/ENOENT/);
});
