import "server-only";
import { PgBoss } from "pg-boss";
import { env } from "#server/platform/env/env.ts";

/** A wake-up only: it names nothing. The rows say what is due, and their leases who may do it. */
export const WAKE_ROTATION = "wake-rotation";

export type Wake = Record<string, never>;

/** pg-boss on the schema that our migrations made; its own migration is off (DESIGN §5). */
export async function startQueue(onError: (error: unknown) => void): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: env().DATABASE_URL_WORKER,
    schema: "pgboss",
    migrate: false,
    schedule: false,
    application_name: "console-worker-queue",
    max: 4,
  });
  boss.on("error", onError);
  await boss.start();
  // `short`: at most one waiting wake-up. A crash's leftover never stands in the way.
  await boss.createQueue(WAKE_ROTATION, {
    policy: "short",
    retryLimit: 0,
    expireInSeconds: 600,
    deleteAfterSeconds: 600,
  });
  return boss;
}
