import { randomBytes } from "node:crypto";
import type { z } from "zod";
import type { RotationStep } from "#server/engines/rotation/state-machine.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import type { BindSecretInput } from "../schema.ts";
import { beginStep } from "../verbs/begin-step.ts";
import { bindSecret } from "../verbs/bind-secret.ts";
import { claimRotation } from "../verbs/claim-rotation.ts";
import { forceRotate } from "../verbs/force-rotate.ts";
import { recordStep } from "../verbs/record-step.ts";

export const REASON = "seen in a ticket attachment";
export const LEASE = 60;

/** A tenant of one test's own, with callers and one credential. */
export interface Rig {
  tenant: AuthorizedTenantId;
  officer: Caller;
  worker: Caller;
  bindingId: string;
}

export async function newRig(over: Partial<z.input<typeof BindSecretInput>> = {}): Promise<Rig> {
  const tenant = await newTenant("rotation");
  const { bindingId } = await bind(tenant, over);
  return {
    tenant,
    officer: userOf(tenant, "officer"),
    worker: workerOf(tenant, ["runtime.rotations.execute", "runtime.secrets.rotate"]),
    bindingId,
  };
}

export function bindingInput(over: Partial<z.input<typeof BindSecretInput>> = {}) {
  const name = `db-${randomBytes(4).toString("hex")}`;
  return {
    ...base(name),
    ...over,
  } satisfies z.input<typeof BindSecretInput>;
}

/** A complete reference to a pair of roles. */
export function base(name: string) {
  return {
    name,
    class: "database-credential",
    environment: "prod",
    store: "openbao",
    path: `tests/${name}`,
    owner: "tests",
    rotator: {
      kind: "postgres-dual-user",
      target: { host: `${name}.db.test`, port: 5432, database: "orders", tls: "verify-full" },
      activeRole: "orders-a",
      standbyRole: "orders-b",
      rotatorPath: "tests/rotator",
    },
    currentVersion: 1,
    graceSeconds: 0,
    lastRotatedAt: new Date() as Date | null,
  } satisfies z.input<typeof BindSecretInput>;
}

export function bind(
  tenant: AuthorizedTenantId,
  over: Partial<z.input<typeof BindSecretInput>> = {},
) {
  return runVerb(bindSecret, systemCaller(tenant, "test"), bindingInput(over));
}

export function force(rig: Rig) {
  return runVerb(forceRotate, rig.officer, { bindingId: rig.bindingId, reason: REASON });
}

/** A rotation that the rig's worker holds. */
export async function claim(rig: Rig, rotationId: string, owner = "w1") {
  const { claimed } = await runVerb(claimRotation, rig.worker, {
    rotationId,
    owner,
    leaseSeconds: LEASE,
  });
  if (!claimed) throw new Error("not claimed");
  return { rotationId, fence: claimed.fence, leaseSeconds: LEASE };
}

export type Held = Awaited<ReturnType<typeof claim>>;

const HANDLES = {
  oldHandle: { role: "orders-a", version: 1 },
  newHandle: { role: "orders-b", stagedPath: "tests/db.staged", version: null },
};

/** Takes a held rotation forward to a state, by the verbs alone. */
export async function walkTo(
  rig: Rig,
  held: Held,
  goal: "staged" | "applied" | "verified" | "promoted" | "grace",
): Promise<void> {
  const way: [RotationStep, typeof goal][] = [
    ["stage", "staged"],
    ["apply", "applied"],
    ["verify", "verified"],
    ["promote", "promoted"],
    ["settle", "grace"],
  ];
  for (const [step, to] of way) {
    await runVerb(beginStep, rig.worker, { ...held, step, ...(step === "stage" ? HANDLES : {}) });
    const promotedVersion = to === "promoted" ? 2 : undefined;
    await runVerb(recordStep, rig.worker, { ...held, to, promotedVersion });
    if (to === goal) return;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at columns of every type
export async function rotationRow(rig: Rig, rotationId: string): Promise<any> {
  return one(rig.tenant, "SELECT * FROM rotation WHERE tenant_id = $1 AND rotation_id = $2", [
    rig.tenant,
    rotationId,
  ]);
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at columns of every type
export async function bindingRow(rig: Rig): Promise<any> {
  return one(rig.tenant, "SELECT * FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2", [
    rig.tenant,
    rig.bindingId,
  ]);
}

export async function stepsOf(rig: Rig, rotationId: string): Promise<string[]> {
  const rows = await withTenant(rig.tenant, "tenant", (tx) =>
    tx.query<{ state_to: string }>(
      "SELECT state_to FROM rotation_step WHERE tenant_id = $1 AND rotation_id = $2 ORDER BY step_no",
      [rig.tenant, rotationId],
    ),
  );
  return rows.map((row) => row.state_to);
}

async function one(tenant: AuthorizedTenantId, text: string, params: unknown[]) {
  const [row] = await withTenant(tenant, "tenant", (tx) =>
    tx.query<Record<string, unknown>>(text, params),
  );
  if (!row) throw new Error("no such row");
  return row;
}
