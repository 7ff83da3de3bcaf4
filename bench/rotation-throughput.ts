import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { BenchDatabase } from "./bench-database.ts";
import type { BenchedKind } from "./throughput-subjects.ts";

/*
 * Rotations a second, end to end: forced by an officer, carried out by two worker processes against
 * the development vault and a real Postgres, until each old value is proved dead; against the bare
 * sequence of the same calls by two processes, as many at once. A grace of none, no pauses.
 */
export interface ThroughputFigures {
  rotations: number;
  enginePerSecond: number;
  barePerSecond: number;
  /** 1 = all that the engine adds is free. */
  ratio: number;
}

const WORKERS = 2;
/** Both take turns, so that a machine that others use as well weighs on both. */
const ROUNDS = 3;
/** As the worker's own default. */
const AT_ONCE = 4;
export const THROUGHPUT_TENANT = "throughput";

export async function benchThroughput(
  database: BenchDatabase,
  rotations: number,
): Promise<Record<BenchedKind, ThroughputFigures>> {
  const { spawnVault } = await import("#server/embedded/vault/spawn-vault.ts");
  const { OpenBaoClient } = await import("#server/integrations/openbao/openbao-client.ts");
  const { SecretValue } = await import("#server/platform/secret-value.ts");
  const { mintAuthorizedTenant } = await import("#server/platform/tenancy/authorized-tenant.ts");
  const { BENCHED_KINDS } = await import("./throughput-subjects.ts");
  const admin = new pg.Pool({ connectionString: database.superuserUrl, max: 2 });
  await admin.query(
    "INSERT INTO tenant (tenant_id, kind, display_name) VALUES ($1, 'organization', $1)",
    [THROUGHPUT_TENANT],
  );
  const vaultDirectory = join(database.directory, "vault");
  mkdirSync(vaultDirectory, { recursive: true });
  const vault = await spawnVault(vaultDirectory);
  const token = SecretValue.of(readFileSync(vault.tokenFile, "utf8").trim());
  const client = new OpenBaoClient({ address: vault.address, token });
  const tenant = mintAuthorizedTenant(THROUGHPUT_TENANT);
  const to = { tenant, client, superuserUrl: database.superuserUrl };
  try {
    const figures = {} as Record<BenchedKind, ThroughputFigures>;
    for (const kind of BENCHED_KINDS) {
      let [bare, engine] = [0, 0];
      for (let round = 0, left = rotations; round < ROUNDS; round++) {
        const some = Math.ceil(left / (ROUNDS - round));
        left -= some;
        if (some === 0) continue;
        bare += await bareSeconds(to, kind, some, { database, vault, round });
        engine += await engineSeconds(to, kind, some, { admin, vault });
      }
      figures[kind] = {
        rotations,
        enginePerSecond: hundredths(rotations / engine),
        barePerSecond: hundredths(rotations / bare),
        ratio: hundredths(bare / engine),
      };
    }
    return figures;
  } finally {
    await client.close();
    await vault.stop();
    await admin.end();
  }
}

type To = Parameters<typeof import("./throughput-subjects.ts").makeSubjects>[0];
type Vault = { address: string; tokenFile: string };

/** From the first claim to the last end, by the database's clock. */
async function engineSeconds(
  to: To,
  kind: BenchedKind,
  rotations: number,
  { admin, vault }: { admin: pg.Pool; vault: Vault },
): Promise<number> {
  const ids = await open(to, kind, rotations);
  const workers = Array.from({ length: WORKERS }, () => startWorker(vault));
  try {
    for (let left = rotations; left > 0; await pause(200)) {
      const { rows } = await admin.query(
        `SELECT count(*) FILTER (WHERE finished_at IS NULL)::int AS left,
           count(*) FILTER (WHERE finished_at IS NOT NULL AND state <> 'done')::int AS failed
         FROM rotation WHERE rotation_id = ANY ($1::uuid[])`,
        [ids],
      );
      if (rows[0].failed > 0) throw new Error(`${rows[0].failed} rotations did not end well`);
      if (workers.some((worker) => worker.exitCode !== null)) throw new Error("a worker ended");
      left = rows[0].left;
    }
  } finally {
    for (const worker of workers) worker.kill("SIGTERM");
    await Promise.all(workers.map(gone));
  }
  const { rows } = await admin.query(
    `SELECT extract(epoch FROM max(r.finished_at) - min(e.recorded_at))::float8 AS seconds
     FROM rotation r JOIN audit_event e ON e.tenant_id = r.tenant_id
       AND e.subject = 'secret-binding/' || r.binding_id AND e.type = 'runtime.secrets.rotation-claimed'
     WHERE r.rotation_id = ANY ($1::uuid[])`,
    [ids],
  );
  return rows[0].seconds;
}

/** Forces them all; nothing happens before there are workers. */
async function open(to: To, kind: BenchedKind, rotations: number): Promise<string[]> {
  const { makeSubjects } = await import("./throughput-subjects.ts");
  const { forceRotate } = await import("#server/features/rotation/verbs/force-rotate.ts");
  const { runVerb } = await import("#server/platform/verb.ts");
  const { userOf } = await import("#test/fixtures/callers.ts");
  const officer = userOf(to.tenant, "officer");
  const ids: string[] = [];
  for (const bindingId of await makeSubjects(to, kind, rotations)) {
    const reason = "to see how many a second there are";
    ids.push((await runVerb(forceRotate, officer, { bindingId, reason })).rotationId);
  }
  return ids;
}

async function bareSeconds(
  to: To,
  kind: BenchedKind,
  rotations: number,
  { database, vault, round }: { database: BenchDatabase; vault: Vault; round: number },
): Promise<number> {
  const claims = await bareClaims(to, kind, rotations);
  const processes = Array.from({ length: WORKERS }, (_, at) => {
    const file = join(database.directory, `bare-${kind}-${round}-${at}.json`);
    const mine = claims.filter((_claim, index) => index % WORKERS === at);
    const { address, tokenFile } = vault;
    writeFileSync(file, JSON.stringify({ address, tokenFile, atOnce: AT_ONCE, claims: mine }));
    return startBare(file);
  });
  await Promise.all(processes.map((each) => each.isReady));
  for (const { child } of processes) child.stdin?.write("go\n");
  const spans = await Promise.all(processes.map((each) => each.span));
  const begun = Math.min(...spans.map((span) => span.begun));
  return (Math.max(...spans.map((span) => span.ended)) - begun) / 1000;
}

/** Claimed by nobody: what a worker would be told. */
async function bareClaims(to: To, kind: BenchedKind, rotations: number) {
  const { makeSubjects } = await import("./throughput-subjects.ts");
  const { withTenant } = await import("#server/platform/db/tenant-transaction.ts");
  const { uuidv7 } = await import("uuidv7");
  const ids = await makeSubjects(to, kind, rotations);
  const rows = await withTenant(to.tenant, "tenant", (tx) =>
    tx.query<{ binding_id: string; path: string; rotator: object }>(
      "SELECT binding_id, path, rotator FROM secret_binding WHERE tenant_id = $1 AND binding_id = ANY ($2::uuid[])",
      [to.tenant, ids],
    ),
  );
  return rows.map(({ binding_id: bindingId, path, rotator }) => ({
    rotationId: uuidv7(),
    bindingId,
    fence: "1",
    state: "requested",
    resumeState: null,
    oldHandle: null,
    newHandle: null,
    intent: null,
    attempt: 0,
    store: "openbao",
    path,
    currentVersion: 1,
    environment: "test",
    region: null,
    trigger: "forced",
    rotator,
  }));
}

function startBare(file: string) {
  const child = node("./bare-rotations.ts", [file], {});
  let text = "";
  let ready: () => void = () => undefined;
  const isReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    if (text.includes("ready\n")) ready();
  });
  const span = gone(child).then(() => {
    const line = text.split("\n").find((each) => each.startsWith("{"));
    if (!line) throw new Error("the bare sequence did not end");
    return JSON.parse(line) as { begun: number; ended: number };
  });
  return { child, isReady: Promise.race([isReady, span.then(() => undefined)]), span };
}

function startWorker(vault: Vault): ChildProcess {
  return node("../server/worker/main.ts", [], {
    OPENBAO_ADDR: vault.address,
    OPENBAO_TOKEN_FILE: vault.tokenFile,
    WORKER_LOOPS: "rotations",
    ROTATIONS_PER_TARGET: String(WORKERS * AT_ONCE),
    LOG_LEVEL: "error",
  });
}

function node(script: string, args: string[], env: Record<string, string>): ChildProcess {
  const main = fileURLToPath(new URL(script, import.meta.url));
  return spawn(process.execPath, ["--conditions=react-server", main, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
}

function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
