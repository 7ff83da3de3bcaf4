import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startBenchDatabase } from "./bench-database.ts";
import { EVIDENCE_TENANT, seedEvidence } from "./evidence-seed.ts";

/*
 * `npm run -s bench:evidence [-- --events 1000000]`: one tenant's log, first a tenth of it and then all, exported as
 * CSV and NDJSON and packed with everything opened (made, stored, read back and verified), each in a process of its
 * own with a heap of 192 MB. Prints JSON: seconds, bytes, peak resident memory. Ends with 1 when the memory of the
 * whole is more than 1.5 times that of the tenth.
 */
const ACTS = ["csv", "ndjson", "pack"] as const;
const HEAP_MB = 192;
const MOST_GROWTH = 1.5;

const { values } = parseArgs({
  options: { events: { type: "string", default: "1000000" }, one: { type: "string" } },
});
if (values.one !== undefined) await one(values.one);
else await all(Number(values.events));

async function all(events: number): Promise<void> {
  if (!Number.isInteger(events) || events < 10_000) throw new Error("--events takes 10000 or more");
  const database = await startBenchDatabase([EVIDENCE_TENANT], {
    STATEMENT_TIMEOUT_MILLIS: "600000",
  });
  try {
    const seeding = performance.now();
    await seedEvidence(database.superuserUrl, events);
    await sealAll();
    const seedSeconds = Math.round((performance.now() - seeding) / 1_000);
    const runs = [Math.floor(events / 10), events].flatMap((size) =>
      ACTS.map((act) => ({ events: size, ...ran(act, size) })),
    );
    const growth = Math.max(
      ...ACTS.map((act) => {
        const [tenth, whole] = runs.filter((run) => run.act === act);
        return (whole?.peakMegabytes ?? 0) / (tenth?.peakMegabytes ?? 1);
      }),
    );
    const machine = {
      cores: cpus().length,
      load: loadavg().map((each) => Math.round(each * 10) / 10),
    };
    const figures = {
      events,
      seedSeconds,
      runs,
      memoryGrowth: Math.round(growth * 100) / 100,
      machine,
    };
    process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
    if (growth > MOST_GROWTH) process.exitCode = 1;
  } finally {
    await closeAll();
    await database.stop();
  }
}

function ran(act: string, events: number): { act: string; peakMegabytes: number } {
  const child = spawnSync(
    process.execPath,
    [
      "--conditions=react-server",
      `--max-old-space-size=${HEAP_MB}`,
      import.meta.filename,
      "--one",
      act,
      "--events",
      String(events),
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], env: process.env },
  );
  if (child.status !== 0) throw new Error(`${act} of ${events} events ended with ${child.status}`);
  return JSON.parse(child.stdout) as { act: string; peakMegabytes: number };
}

async function one(act: string): Promise<void> {
  const { mintAuthorizedTenant } = await import("#server/platform/tenancy/authorized-tenant.ts");
  const tenant = mintAuthorizedTenant(EVIDENCE_TENANT);
  const events = Number(values.events);
  const start = performance.now();
  const figures = act === "pack" ? await packed(events) : await exported(act as "csv" | "ndjson");
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1_000);
  const perSecond = Math.round(events / Math.max(seconds, 0.1));
  process.stdout.write(JSON.stringify({ act, seconds, ...figures, perSecond, peakMegabytes }));
  await closeAll();

  async function exported(format: "csv" | "ndjson") {
    const { EventExport } = await import("#server/features/evidence/event-export.ts");
    const condition = { kind: "and", of: [] } as const;
    const lines = new EventExport({ tenant, condition, format, treeSize: events });
    let bytes = 0;
    for (let text = await lines.nextLines(); text !== undefined; text = await lines.nextLines()) {
      bytes += Buffer.byteLength(text);
    }
    return { bytes, matches: lines.events };
  }

  async function packed(size: number) {
    const { folderStore } = await import("#server/integrations/content-store/folder.ts");
    const { makePack } = await import("#server/worker/evidence/make-pack.ts");
    const { askPack } = await import("#server/features/evidence/verbs/ask-pack.ts");
    const { packOf } = await import("#server/features/evidence/queries.ts");
    const { runVerb } = await import("#server/platform/verb.ts");
    const { workerCaller } = await import("#server/platform/worker-caller.ts");
    const { withTenant } = await import("#server/platform/db/tenant-transaction.ts");
    const directory = join(process.env.DATA_DIR ?? "", `content-${size}`);
    const store = folderStore(directory);
    const scopes = ["runtime.evidence.make", "runtime.audit.export"] as const;
    const caller = workerCaller({ tenantId: EVIDENCE_TENANT, name: "bench", scopes });
    const person = {
      ...caller,
      actor: {
        kind: "user" as const,
        issuer: "https://idp.test",
        subject: "bench",
        sessionId: caller.requestId,
        displayName: "bench",
        roles: [],
      },
    };
    const asked = { query: `index:<${size} outcome:denied payload.region:muscat` };
    const { packId } = await runVerb(askPack, person, { ...asked, disclosure: "payloads" });
    await makePack({ store, witnesses: [], owner: "bench", leaseSeconds: 600 }, caller, packId);
    const pack = await withTenant(tenant, "worker", (tx) => packOf(tx, tenant, packId));
    if (pack.state !== "ready") throw new Error(`the pack is ${pack.state}`);
    rmSync(directory, { recursive: true, force: true });
    return { bytes: pack.bytes ?? 0, matches: pack.matches };
  }
}

async function sealAll(): Promise<void> {
  const { sealPendingAudit } = await import("#server/features/audit/index.ts");
  const { mintAuthorizedTenant } = await import("#server/platform/tenancy/authorized-tenant.ts");
  while ((await sealPendingAudit(mintAuthorizedTenant(EVIDENCE_TENANT)))?.isFull) {
    // The next batch.
  }
}

async function closeAll(): Promise<void> {
  const { closePools } = await import("#server/platform/db/tenant-transaction.ts");
  const { closeIdentityPools } = await import("#server/platform/db/identity-pool.ts");
  await closePools();
  await closeIdentityPools();
}
