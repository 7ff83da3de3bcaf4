import { issueLease } from "#server/features/leases/verbs/issue-lease.ts";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";
import {
  ENGINE_MOUNT,
  type EngineSeed,
  ensureDatabaseEngine,
  ensureDynamicRole,
  ensureStaticRole,
} from "./ensure-database-engine.ts";

const GRACE_SECONDS = 20;
const DYNAMIC = [
  { name: "reporting-reader", workload: "reporting-jobs" },
  { name: "orders-reader", workload: "reporting-jobs" },
  { name: "courier-export", workload: "courier-exporter" },
] as const;

/**
 * Logins of the embedded Postgres that the development vault's database engine looks after: a static
 * role, and workloads whose logins live by a lease. Doing it again changes nothing.
 */
export async function seedDemoEngine(seed: Omit<EngineSeed, "target">): Promise<void> {
  const { tenant } = seed;
  const { hostname, port } = new URL(seed.adminUrl);
  const database = `demo_${tenant.replaceAll("-", "_")}`;
  const target = { host: hostname, port: Number(port), database, tls: "disable" } as const;
  const engine = { ...seed, target };
  await ensureDatabaseEngine(engine);
  await seedStaticRole(engine, target);
  for (const { name, workload } of DYNAMIC) {
    const role = `${tenant}.${name}`;
    await ensureDynamicRole(engine, { role, group: `${tenant}-${name}` });
    await seedDynamicLogin(tenant, { name, workload, role, target });
  }
}

type Target = { host: string; port: number; database: string; tls: "disable" };

async function seedStaticRole(engine: EngineSeed, target: Target): Promise<void> {
  const { tenant } = engine;
  const role = `${tenant}.billing-batch`;
  await ensureStaticRole(engine, { role, username: `${tenant}-billing-batch` });
  await runVerb(bindSecret, systemCaller(tenant, "demo-seed"), {
    name: "billing-batch",
    class: "database-credential",
    environment: "prod",
    store: "openbao",
    path: `${ENGINE_MOUNT}/static-roles/${role}`,
    owner: "team-finance",
    rotator: {
      kind: "openbao-static-role",
      mount: ENGINE_MOUNT,
      role,
      login: { target, evidencePath: `${tenant}/rotators/billing-batch.evidence` },
    },
    currentVersion: 1,
    graceSeconds: 0,
    lastRotatedAt: new Date(),
  });
}

/** A workload's login: asked for once, and issued by the worker. */
async function seedDynamicLogin(
  tenant: string,
  {
    name,
    workload,
    role,
    target,
  }: { name: string; workload: string; role: string; target: Target },
): Promise<void> {
  const caller = systemCaller(tenant, "demo-seed");
  const { bindingId } = await runVerb(bindSecret, caller, {
    name,
    class: "dynamic-database-credential",
    environment: "prod",
    store: "openbao",
    path: `${tenant}/prod/${name}`,
    owner: "team-data",
    rotator: {
      kind: "openbao-dynamic",
      mount: ENGINE_MOUNT,
      role,
      workload,
      target,
      isExclusive: true,
    },
    currentVersion: null,
    graceSeconds: GRACE_SECONDS,
    lastRotatedAt: null,
  });
  const reason = "the demo's workloads start with a login";
  await runVerb(issueLease, caller, { bindingId, reason }).catch((error: unknown) => {
    // It has one from an earlier start.
    if (!(error instanceof AppError) || error.code !== "conflict") throw error;
  });
}
