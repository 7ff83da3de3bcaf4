import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedPostgres } from "#server/embedded/postgres/embedded-postgres.ts";
import { environment } from "#test/fixtures/environment.ts";
import {
  clusterUrl,
  newPasswords,
  prepareCluster,
  TEMPLATE_DATABASE,
} from "#test/harness/test-cluster.ts";

/*
 * `npm run -s test:isolation -- --calls N --seed S`: the walk on a fresh database, for as long as one
 * likes. Prints one line of JSON, what failed on standard error, and ends with 1 when anything did.
 */
const { values } = parseArgs({
  options: { calls: { type: "string", default: "1000" }, seed: { type: "string", default: "1" } },
});
const calls = Number(values.calls);
const seed = Number(values.seed);
if (!Number.isInteger(calls) || calls < 1 || !Number.isInteger(seed)) {
  throw new Error("--calls takes a whole number of 1 or more, --seed a whole number");
}

const directory = mkdtempSync(join(tmpdir(), "sovereign-console-isolation-"));
const superuserPassword = randomBytes(24).toString("hex");
const logFile = join(directory, "postgres.log");
const postgres = await startEmbeddedPostgres({
  dataDir: join(directory, "pg"),
  superuserPassword,
  logFile,
  throwaway: true,
});
try {
  const tenantContextKey = randomBytes(32).toString("hex");
  const cluster = {
    port: postgres.port,
    superuserPassword,
    passwords: newPasswords(),
    tenantContextKey,
    logFile,
  };
  await prepareCluster(cluster);
  const urlOf = (login: keyof typeof cluster.passwords) =>
    clusterUrl(cluster, login, cluster.passwords[login], TEMPLATE_DATABASE);
  const signingKey = join(directory, "log-signing.key");
  writeFileSync(signingKey, randomBytes(32).toString("hex"), { mode: 0o600 });
  const identity = join(directory, "identity.json");
  Object.assign(
    process.env,
    environment({
      DATA_DIR: directory,
      DATABASE_URL_TENANT: urlOf("console_tenant"),
      DATABASE_URL_OVERVIEW: urlOf("console_overview"),
      DATABASE_URL_WORKER: urlOf("console_worker"),
      DATABASE_URL_SEARCH: urlOf("console_search"),
      DATABASE_URL_IDENTITY: urlOf("console_identity"),
      DATABASE_POOL_SIZE: "2",
      TENANT_CONTEXT_KEY: tenantContextKey,
      LOG_SIGNING_KEY_FILE: signingKey,
      IDENTITY_CONFIG: identity,
    }),
  );
  // After the environment is set: what follows reads it.
  const { identityFile } = await import("./persona.ts");
  const { FOREIGN, OWN, runIsolation } = await import("./run-isolation.ts");
  const { appRouter } = await import("#server/trpc/root.ts");
  const { closeIdentityPools } = await import("#server/platform/db/identity-pool.ts");
  const { closePools } = await import("#server/platform/db/tenant-transaction.ts");
  writeFileSync(identity, identityFile([OWN, FOREIGN, process.env.SOVEREIGN ?? ""]));

  const report = await runIsolation({
    router: appRouter,
    superuserUrl: clusterUrl(cluster, "postgres", superuserPassword, TEMPLATE_DATABASE),
    serverLog: logFile,
    calls,
    seed,
  });
  await closePools();
  await closeIdentityPools();
  const { failures, ...figures } = report;
  process.stdout.write(`${JSON.stringify({ ...figures, seed, failures: failures.length })}\n`);
  for (const failure of failures) process.stderr.write(`${failure}\n`);
  if (failures.length > 0) process.exitCode = 1;
} finally {
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
}
