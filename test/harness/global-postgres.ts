import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../../server/embedded/postgres/embedded-postgres.ts";
import { newPasswords, prepareCluster, type TestCluster } from "./test-cluster.ts";
import { removeThrowaway, throwawayDirectory } from "./throwaway-directory.ts";

declare module "vitest" {
  interface ProvidedContext {
    cluster: TestCluster;
  }
}

/** Starts the one Postgres server of a test run and a migrated template; stops it at the end. */
export default async function globalPostgres(project: TestProject) {
  const directory = await throwawayDirectory();
  const superuserPassword = randomBytes(24).toString("hex");
  const logFile = join(directory, "postgres.log");
  const postgres = await startEmbeddedPostgres({
    dataDir: join(directory, "pg"),
    superuserPassword,
    logFile,
    throwaway: true,
  });
  const stop = async () => {
    await postgres.stop();
    await removeThrowaway(directory);
  };
  const cluster: TestCluster = {
    port: postgres.port,
    superuserPassword,
    passwords: newPasswords(),
    tenantContextKey: randomBytes(32).toString("hex"),
    logFile,
  };
  try {
    await prepareCluster(cluster);
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide("cluster", cluster);
  return stop;
}
