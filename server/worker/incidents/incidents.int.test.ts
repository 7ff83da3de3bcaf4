import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { markLeaked } from "#server/features/rotation/verbs/mark-leaked.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { type RotationFixture, rotationFixture } from "../rotation/testing/rotation-fixture.ts";
import { comesTo } from "../rotation/testing/rotation-state.ts";
import { startWorker, type WorkerProcess } from "../rotation/testing/worker-process.ts";

/** A leak, from the mark to the proof, with a real worker, vault and target. */
let fixture: RotationFixture;
let worker: WorkerProcess;

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  fixture = await rotationFixture();
  worker = startWorker({
    ...fixture.env,
    WORKER_LOOPS: "rotations,incidents",
    OPENBAO_AUDIT_FILE: join(dirname(fixture.vault.tokenFile), "audit.log"),
  });
});
afterAll(async () => {
  await worker.stop();
  await fixture.stop();
});

test("who could read it and who used it is asked; the leaked login is dead in spite of its session", async () => {
  const pair = await fixture.newPair(86_400);
  await vaultCall("sys/policies/acl/orders-readers", {
    policy: `path "secret/data/${pair.path}" { capabilities = ["read"] }`,
  });
  await vaultCall("sys/policies/acl/elsewhere", {
    policy: 'path "secret/data/nothing/*" { capabilities = ["read"] }',
  });
  await vaultCall("sys/auth/kubernetes", { type: "kubernetes" });
  for (const [name, policy] of [
    ["orders", "orders-readers"],
    ["other", "elsewhere"],
  ]) {
    await vaultCall(`auth/kubernetes/role/${name}`, { token_policies: [policy] });
  }
  await vaultCall("identity/entity", { name: "sara", policies: ["orders-readers"] });
  const before = await pair.login();
  const password = before.password.reveal();
  const open = new pg.Client({
    ...fixture.target,
    user: pair.roles[0],
    password,
    application_name: "psql",
  });
  const cut = new Promise((resolve) => open.on("error", resolve));
  await open.connect();
  const { incidentId, rotationId } = await runVerb(markLeaked, userOf(fixture.tenant, "officer"), {
    bindingId: pair.bindingId,
    reason: "seen in a public code repository",
  });
  await cut;
  await comesTo(fixture.tenant, rotationId ?? "", "done");
  expect(await pair.probe(before)).toMatchObject({ kind: "refused" });
  await waitFor(async () => (await stateOf(incidentId)) === "contained null", { timeout: 60_000 });
  const answers = (await eventsOf(fixture.tenant))
    .filter(({ type }) => type === "runtime.incidents.sources-asked")
    .flatMap(({ payload }) => payload.answers as Answer[]);
  const found = (source: string) =>
    answers.filter((each) => each.source === source).flatMap(({ findings }) => findings);
  expect(found("vault-policies").map(({ name }) => name)).toContain("orders-readers");
  expect(found("vault-policies").map(({ name }) => name)).not.toContain("elsewhere");
  expect(found("vault-roles")).toContainEqual({
    name: "orders",
    detail: "auth/kubernetes (kubernetes)",
    human: "no",
  });
  expect(found("vault-roles").map(({ name }) => name)).not.toContain("other");
  expect(found("vault-audit")).toContainEqual({
    name: expect.any(String),
    detail: expect.stringMatching(
      new RegExp(`^read secret/data/${pair.path} from [\\d.:a-f]+, \\d+×`),
    ),
    human: "unknown",
  });
  expect(found("vault-entities").map(({ name }) => name)).toEqual(["sara"]);
  const rows = await asSuperuser<{ source: string; state: string; reason: string }>(
    "SELECT source, state, reason FROM incident_source WHERE incident_id = $1 ORDER BY source",
    [incidentId],
  );
  expect(rows).toEqual([
    { source: "sessions", state: "read", reason: "" },
    { source: "vault-audit", state: "read", reason: "" },
    { source: "vault-entities", state: "read", reason: "" },
    { source: "vault-policies", state: "read", reason: "" },
    { source: "vault-roles", state: "read", reason: "" },
  ]);
});

interface Answer {
  source: string;
  findings: { name: string; detail: string; human: string }[];
}

async function stateOf(incidentId: string): Promise<string> {
  const [row] = await asSuperuser<{ state: string; pursue_at: Date | null }>(
    "SELECT state, pursue_at FROM leak_incident WHERE incident_id = $1",
    [incidentId],
  );
  return `${row?.state} ${row?.pursue_at}`;
}

async function vaultCall(path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${fixture.vault.address}/v1/${path}`, {
    method: "POST",
    headers: { "x-vault-token": readFileSync(fixture.vault.tokenFile, "utf8") },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
}
