import { loadavg } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { benchAppends } from "./audit-appends.ts";
import { benchAuditSearch } from "./audit-search.ts";
import { AUDIT_TENANT } from "./audit-seed.ts";
import { startBenchDatabase } from "./bench-database.ts";

/*
 * `npm run bench:audit -- --events N [--rounds R] [--changes C] [--keep DIR]`: prints one JSON document. Ends
 * with 1 when a search finds something else than what was put there; a missed aim is only said. With `--keep` the
 * filled database stays in that folder, and the next run measures what it finds there.
 */
const { values } = parseArgs({
  options: {
    events: { type: "string", default: "200000" },
    rounds: { type: "string", default: "60" },
    changes: { type: "string", default: "8000" },
    keep: { type: "string" },
  },
});
const [events, rounds, changes] = [values.events, values.rounds, values.changes].map(Number) as [
  number,
  number,
  number,
];
if (!Number.isInteger(events) || events < 1_000) throw new Error("--events takes 1000 or more");
if (!Number.isInteger(rounds) || rounds < 5) throw new Error("--rounds takes 5 or more");
if (!Number.isInteger(changes) || changes < 100) throw new Error("--changes takes 100 or more");
const loadBefore = loadavg()[0];
const database = await startBenchDatabase(
  [AUDIT_TENANT],
  { DATABASE_POOL_SIZE: "16", STATEMENT_TIMEOUT_MILLIS: "600000" },
  { isDurable: true, ...(values.keep ? { keepIn: resolve(values.keep) } : {}) },
);
try {
  const search = await benchAuditSearch({ ...database, events, rounds });
  const appends = await benchAppends(database.superuserUrl, changes);
  process.stdout.write(`${JSON.stringify({ loadBefore, ...search, appends }, null, 2)}\n`);
  const { closePools } = await import("#server/platform/db/tenant-transaction.ts");
  const { closeIdentityPools } = await import("#server/platform/db/identity-pool.ts");
  await closePools();
  await closeIdentityPools();
} finally {
  await database.stop();
}
