import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { formatAddCheckpoint } from "#server/engines/merkle/add-checkpoint.ts";
import { signCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { openCosignatures } from "#server/engines/merkle/cosignature.ts";
import { parseCosignerKey } from "#server/engines/merkle/cosigner-key.ts";
import { logSignerOf } from "#server/engines/merkle/log-signer.ts";
import { demoWitness, witnessesFile } from "./demo-witness.ts";

const folder = mkdtempSync(join(tmpdir(), "demo-witness-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("it cosigns any log of the demo, and none of another installation", async () => {
  const seed = "5a".repeat(32);
  const logSigningFile = join(folder, "log-signing");
  writeFileSync(logSigningFile, seed);
  const dir = join(folder, "witness");
  const witness = demoWitness({
    dir,
    port: 8216,
    seed: "6b".repeat(32),
    logOrigin: "omantel.console.local",
    logSigningFile,
    keyLists: join(folder, "log-keys"),
  });
  await new Promise<void>((resolve) => witness.server.listen(0, "127.0.0.1", resolve));
  const { port } = witness.server.address() as AddressInfo;
  const ask = async (origin: string) => {
    const root = new Uint8Array(32).fill(7);
    const note = signCheckpoint(
      { origin, size: 3n, root, extensions: [] },
      logSignerOf(Buffer.from(seed, "hex"), origin),
    );
    const body = formatAddCheckpoint({ oldSize: 0n, proof: [], note });
    const answer = await fetch(`http://127.0.0.1:${port}/add-checkpoint`, { method: "POST", body });
    return { note, status: answer.status, text: await answer.text() };
  };
  const [named] = JSON.parse(readFileSync(witnessesFile(dir), "utf8")).witnesses;
  const key = parseCosignerKey(named.key);
  for (const tenant of ["acme-shop", "onboarded-later"]) {
    const { note, status, text } = await ask(`omantel.console.local/${tenant}`);
    expect(status).toBe(200);
    expect(openCosignatures(note + text, [key])).toHaveLength(1);
  }
  expect((await ask("elsewhere.example/acme-shop")).status).toBe(404);
  witness.close();
});
