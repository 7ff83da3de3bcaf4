import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startBenchDatabase } from "./bench-database.ts";
import { EVIDENCE_TENANT, seedEvidence } from "./evidence-seed.ts";

/*
 * `npm run -s bench:evidence [-- --events 1000000 --only audit]`: one tenant's log, first a tenth of it and then all, exported as
 * CSV and NDJSON and packed with everything opened (made, stored, read back and verified), and the rows of the
 * whole of it audited as `console log audit` does, each in a process of its
 * own with a heap of 96 MB. Prints JSON: seconds, bytes, and of each process, in MB: its memory before it began, the
 * most that it ever had (`peak`, resident), and the most that it really held (`held`: heap and buffers after a full
 * collection, looked at some hundred times at most). Resident memory alone grows until the collector sees a reason to
 * collect, so that it tells nothing of short runs. Ends with 1 when the whole held 8 MB more than the tenth, or a
 * process came to four times its heap: 384 MB, whatever the number of events.
 */
const ACTS = ["csv", "ndjson", "pack", "audit"] as const;
const HEAP_MB = 96;
const MOST_HELD_MORE_MB = 8;
const MOST_PEAK_MB = 4 * HEAP_MB;
const MEGABYTE = 1_048_576;

interface Memory {
  atStart: number;
  peak: number;
  held: number;
}

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "1000000" },
    only: { type: "string" },
    one: { type: "string" },
  },
});
const acts = ACTS.filter((act) => values.only === undefined || act === values.only);
if (acts.length === 0) throw new Error(`--only takes one of ${ACTS.join(", ")}`);
if (values.one !== undefined) await one(values.one);
else await all(Number(values.events));

async function all(events: number): Promise<void> {
  if (!Number.isInteger(events) || events < 10_000) throw new Error("--events takes 10000 or more");
  const database = await startBenchDatabase([EVIDENCE_TENANT], {
    STATEMENT_TIMEOUT_MILLIS: "600000",
  });
  try {
    const seeding = performance.now();
    await loaded(seedEvidence(database.superuserUrl, events));
    const seedSeconds = Math.round((performance.now() - seeding) / 1_000);
    process.stderr.write(`${events} events are sealed and indexed after ${seedSeconds} s\n`);
    const runs = [Math.floor(events / 10), events].flatMap((size) =>
      acts.map((act) => ({ events: size, ...ran(act, size) })),
    );
    const heldMore = Math.max(
      ...acts.map((act) => {
        const [tenth, whole] = runs.filter((run) => run.act === act);
        return (whole?.megabytes.held ?? 0) - (tenth?.megabytes.held ?? 0);
      }),
    );
    const peak = Math.max(...runs.map((run) => run.megabytes.peak));
    const machine = {
      cores: cpus().length,
      load: loadavg().map((each) => Math.round(each * 10) / 10),
    };
    const figures = {
      events,
      seedSeconds,
      runs,
      heldMoreMegabytes: rounded(heldMore),
      peakMegabytes: peak,
      machine,
    };
    process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
    if (heldMore > MOST_HELD_MORE_MB || peak > MOST_PEAK_MB) process.exitCode = 1;
  } finally {
    await closeAll();
    await database.stop();
  }
}

function ran(act: string, events: number): { act: string; megabytes: Memory } {
  const child = spawnSync(
    process.execPath,
    [
      "--conditions=react-server",
      "--expose-gc",
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
  process.stderr.write(`${child.stdout}\n`);
  return JSON.parse(child.stdout) as { act: string; megabytes: Memory };
}

async function one(act: string): Promise<void> {
  const { mintAuthorizedTenant } = await import("#server/platform/tenancy/authorized-tenant.ts");
  const tenant = mintAuthorizedTenant(EVIDENCE_TENANT);
  const events = Number(values.events);
  const atStart = rounded(process.memoryUsage.rss() / MEGABYTE);
  let held = heldMegabytes();
  const looking = setInterval(
    () => {
      held = Math.max(held, heldMegabytes());
    },
    Math.max(500, events / 100),
  );
  const start = performance.now();
  const figures = await figuresOf();
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  clearInterval(looking);
  const peak = rounded(process.resourceUsage().maxRSS / 1_024);
  const megabytes = { atStart, peak, held: rounded(Math.max(held, heldMegabytes())) };
  const looked = "entries" in figures ? figures.entries : events;
  const perSecond = Math.round(looked / Math.max(seconds, 0.1));
  process.stdout.write(JSON.stringify({ act, seconds, ...figures, perSecond, megabytes }));
  await closeAll();

  function figuresOf() {
    if (act === "pack") return packed(events);
    return act === "audit" ? audited() : exported(act as "csv" | "ndjson");
  }

  /** Always of the whole log: a head is of all before it. */
  async function audited() {
    const { auditStoredLog, latestCheckpoint, logVerifierKey } = await import(
      "#server/features/audit/index.ts"
    );
    const { parseVerifierKey } = await import("#server/engines/merkle/note-key.ts");
    const { withTenant } = await import("#server/platform/db/tenant-transaction.ts");
    const inPart: Parameters<typeof auditStoredLog>[0]["inPart"] = (work) =>
      withTenant(tenant, "worker", work, { snapshot: true });
    const newest = await withTenant(tenant, "worker", (tx) => latestCheckpoint(tx, tenant));
    const key = parseVerifierKey(logVerifierKey(tenant));
    const kept = { note: newest?.note ?? "", origin: key.name, key, witnesses: [] };
    const { size, faults } = await auditStoredLog({ inPart, tenant, kept });
    if (faults.length > 0) throw new Error(`the log is not intact: ${faults[0]}`);
    return { entries: Number(size) };
  }

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

/** What is still in use once everything else was collected. */
function heldMegabytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MEGABYTE;
}

function rounded(megabytes: number): number {
  return Math.round(megabytes * 10) / 10;
}

/** Seals while events come, then indexes them. */
async function loaded(seeding: Promise<void>): Promise<void> {
  const { sealPendingAudit } = await import("#server/features/audit/index.ts");
  const { indexTenant } = await import("#server/features/audit/search/indexing/index-tenant.ts");
  const { mintAuthorizedTenant } = await import("#server/platform/tenancy/authorized-tenant.ts");
  const tenant = mintAuthorizedTenant(EVIDENCE_TENANT);
  let isSeeded = false;
  const seeded = seeding.finally(() => {
    isSeeded = true;
  });
  seeded.catch(() => undefined);
  for (let isLast = false; !isLast; ) {
    isLast = isSeeded;
    while ((await sealPendingAudit(tenant))?.isFull) isLast = false;
    if (!isLast) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await seeded;
  while ((await indexTenant(tenant)) !== 0) {
    // The next leaves.
  }
}

async function closeAll(): Promise<void> {
  const { closePools } = await import("#server/platform/db/tenant-transaction.ts");
  const { closeIdentityPools } = await import("#server/platform/db/identity-pool.ts");
  await closePools();
  await closeIdentityPools();
}
