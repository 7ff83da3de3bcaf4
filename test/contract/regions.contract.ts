import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { observeRegion } from "#server/worker/regions/observe-region.ts";
import { MARKER_PATH, readMarker, writeMarker } from "#server/worker/regions/region-marker.ts";
import { type VaultCalls, vaultCalls } from "./vault-calls.ts";

describe("a region", () => {
  let vault: VaultCalls;

  beforeAll(async () => {
    vault = await vaultCalls();
  });

  afterAll(async () => {
    await vault?.client.kv.deleteKey(MARKER_PATH);
    await vault?.stop();
  });

  const address = "http://127.0.0.1:8200";

  test("is active with one leader; of a Raft cluster the indexes and autopilot are known", async () => {
    const seen = await observeRegion([{ address, client: vault.client }]);
    expect(seen).toMatchObject({ state: "active", detail: "", client: vault.client });
    const { facts } = seen;
    expect(facts.nodes.filter(({ isLeader }) => isLeader)).toHaveLength(1);
    expect(facts.autopilot !== null).toBe(facts.isRaft);
    expect(facts.committedIndex !== null).toBe(facts.isRaft);
    expect(facts.nodes.every(({ lagByIndex }) => (lagByIndex !== null) === facts.isRaft)).toBe(
      true,
    );
  });

  test("refuses whoever it does not know: that is told apart from being sealed or away", async () => {
    const client = vault.clientWith("s.nobody-has-ever-had-this-token");
    expect(await observeRegion([{ address, client }])).toMatchObject({
      state: "permission_denied",
      client: null,
    });
  });

  test("keeps a marker in metadata alone: no version is made for it, and the newest stands", async () => {
    expect(await readMarker(vault.client)).toBe("none");
    const written = { sequence: 41, writtenAt: new Date("2026-11-22T08:00:00.000Z") };
    await writeMarker(vault.client, written);
    await writeMarker(vault.client, { ...written, sequence: 42 });
    expect(await readMarker(vault.client)).toEqual({ ...written, sequence: 42 });
    const metadata = await vault.client.kv.metadata(MARKER_PATH);
    expect(metadata).toMatchObject({ currentVersion: 0, versions: [] });
    await vault.client.kv.setMetadata(MARKER_PATH, { customMetadata: { sequence: "soon" } });
    expect(await readMarker(vault.client)).toBe("unreadable");
  });
});
