import { parseArgs } from "node:util";
import { startBenchDatabase } from "./bench-database.ts";
import { DASHBOARD_TENANT } from "./dashboard-seed.ts";
import { benchDashboard } from "./rotation-dashboard.ts";
import { benchThroughput, THROUGHPUT_TENANT } from "./rotation-throughput.ts";

/*
 * `npm run bench:rotation [-- --bindings 100000 --rotations 200]`: the dashboard at so many
 * credentials, and so many rotations of each kind end to end. 0 leaves a half out. Prints JSON.
 */
const { values } = parseArgs({
  options: {
    bindings: { type: "string", default: "100000" },
    rotations: { type: "string", default: "200" },
    rounds: { type: "string", default: "200" },
  },
});
const count = (name: keyof typeof values) => {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} takes a whole number`);
  return number;
};
const [bindings, rotations, rounds] = [count("bindings"), count("rotations"), count("rounds")];

const database = await startBenchDatabase([DASHBOARD_TENANT, THROUGHPUT_TENANT], {
  DATABASE_POOL_SIZE: "8",
});
try {
  const { superuserUrl } = database;
  const figures = {
    ...(rotations > 0 ? { throughput: await benchThroughput(database, rotations) } : {}),
    ...(bindings > 0
      ? { bindings, dashboard: await benchDashboard({ superuserUrl, rows: bindings, rounds }) }
      : {}),
  };
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  const { closePools } = await import("#server/platform/db/tenant-transaction.ts");
  const { closeIdentityPools } = await import("#server/platform/db/identity-pool.ts");
  await closePools();
  await closeIdentityPools();
} finally {
  await database.stop();
}
