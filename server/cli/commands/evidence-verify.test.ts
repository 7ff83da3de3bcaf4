import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { logKey, madeLog, packOf, witnessKey } from "#server/engines/evidence/testing/made-pack.ts";
import { formatCosignerKey } from "#server/engines/merkle/cosigner-key.ts";
import { formatVerifierKey } from "#server/engines/merkle/note-key.ts";
import { evidenceVerifyCommand } from "./evidence-verify.ts";

const directory = mkdtempSync(join(tmpdir(), "evidence-verify-"));
afterAll(() => rm(directory, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const vkey = write("log.vkey", `# the auditor's own copy\n${formatVerifierKey(logKey)}\n`);
const witness = write("witness.vkey", formatCosignerKey(witnessKey));
const log = madeLog(300);

async function run(...args: string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const output = {
    out: (line: string) => lines.push(line),
    err: (line: string) => lines.push(line),
  };
  const code = await evidenceVerifyCommand.run(args, output);
  return { code, said: lines.join("\n") };
}

test("a valid pack exits 0 and says what is proved, what is said, and what stays open", async () => {
  const pack = async (disclosure: "matches" | "envelopes" | "payloads", query: string) =>
    write(`${disclosure}.tar`, await packOf(log.plan(query, disclosure), log.source));
  const matches = await run(await pack("matches", "outcome:denied"), "--vkey", vkey);
  expect(matches.code).toBe(0);
  expect(matches.said).toContain("valid: 30 events of log.test/acme");
  expect(matches.said).toContain(
    "said, not proved: 270 entries do not fit; the pack has their hashes alone",
  );
  expect(matches.said).toContain("cosigned by: nobody was asked for");
  const envelopes = await run(
    await pack("envelopes", "outcome:denied"),
    "--vkey",
    vkey,
    "--witness",
    witness,
  );
  expect(envelopes.said).toContain("proved: 270 entries do not fit");
  expect(envelopes.said).toContain("proved: nothing in the range that fits was left out");
  expect(envelopes.said).toContain("cosigned by: witness.test/one");
  const payloads = await run(await pack("payloads", "payload.region:muscat"), "--vkey", vkey);
  expect(payloads.said).toContain("open: 6 entries whose payload is said to be erased");
});

test("a pack that was altered exits 1 and says where; one that cannot be judged exits 2", async () => {
  const pack = await packOf(log.plan("outcome:denied", "envelopes"), log.source);
  const altered = Buffer.from(pack.toString("latin1").replace("salalah", "muscat "), "latin1");
  const { code, said } = await run(write("altered.tar", altered), "--vkey", vkey);
  expect([code, said.split("\n")[0]?.startsWith("not valid: ")]).toEqual([1, true]);
  expect(said).toContain("events/000.ndjson");
  await expect(run(write("pack.tar", pack))).rejects.toThrow("Name the log's key by --vkey");
  const foreign = { ...logKey, name: "log.test/other" };
  const other = write(
    "other.vkey",
    formatVerifierKey(foreign).replace(/\+[0-9a-f]{8}\+/, "+00000000+"),
  );
  await expect(run(write("pack.tar", pack), "--vkey", other)).rejects.toThrow(
    "key id does not fit",
  );
  const unknown = Buffer.from(
    pack.toString("latin1").replace("evidence-pack/v1", "evidence-pack/v9"),
    "latin1",
  );
  expect((await run(write("unknown.tar", unknown), "--vkey", vkey)).code).toBe(2);
  await expect(run(join(directory, "nothing.tar"), "--vkey", vkey)).rejects.toThrow("ENOENT");
});
