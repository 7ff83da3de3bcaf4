import { parseArgs } from "node:util";
import { benchAuditSearch } from "./audit-search.ts";
import { AUDIT_TENANT } from "./audit-seed.ts";
import { startBenchDatabase } from "./bench-database.ts";

/* `npm run bench:audit -- --events N [--rounds R]`: prints one JSON document. */
const { values } = parseArgs({
  options: {
    events: { type: "string", default: "200000" },
    rounds: { type: "string", default: "60" },
  },
});
const events = Number(values.events);
const rounds = Number(values.rounds);
if (!Number.isInteger(events) || events < 1_000) throw new Error("--events takes 1000 or more");
if (!Number.isInteger(rounds) || rounds < 5) throw new Error("--rounds takes 5 or more");
const database = await startBenchDatabase([AUDIT_TENANT], {
  DATABASE_POOL_SIZE: "4",
  STATEMENT_TIMEOUT_MILLIS: "600000",
});
try {
  const figures = await benchAuditSearch({ superuserUrl: database.superuserUrl, events, rounds });
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  const { closePools } = await import("#server/platform/db/tenant-transaction.ts");
  const { closeIdentityPools } = await import("#server/platform/db/identity-pool.ts");
  await closePools();
  await closeIdentityPools();
} finally {
  await database.stop();
}
