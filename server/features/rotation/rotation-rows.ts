import "server-only";
import type { RotationState } from "#server/engines/rotation/state-machine.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { SecretClass } from "./rules.ts";
import type {
  ENVIRONMENTS,
  NewHandle,
  OldHandle,
  ROTATION_TRIGGERS,
  Rotator,
  STORES,
} from "./schema.ts";

export interface BindingRow {
  binding_id: string;
  name: string;
  class: SecretClass;
  environment: (typeof ENVIRONMENTS)[number];
  store: (typeof STORES)[number];
  path: string;
  region: string | null;
  rotator: Rotator;
  current_version: number | null;
  grace_seconds: number;
  state: "active" | "rotating" | "failed" | "missing" | "retired";
  next_rotation_at: Date | null;
  leaked_at: Date | null;
}

export interface RotationRow {
  rotation_id: string;
  binding_id: string;
  state: RotationState;
  resume_state: RotationState | null;
  trigger: (typeof ROTATION_TRIGGERS)[number];
  old_handle: OldHandle | null;
  new_handle: NewHandle | null;
  intent: { step: string } | null;
  grace_seconds: number;
  /** bigint, as the driver gives it. */
  fence: string;
  lease_owner: string | null;
  has_lease: boolean;
  attempt: number;
  error_code: string | null;
  error_text: string | null;
  cause_event_id: string;
  approval_id: string | null;
  approved_at: Date | null;
  paused_at: Date | null;
  cancel_requested_at: Date | null;
  /** A person wants the old value back. */
  rollback_requested_at: Date | null;
  previous_rotated_at: Date | null;
  finished_at: Date | null;
}

const BINDING_COLUMNS =
  "binding_id, name, class, environment, store, path, region, rotator, current_version, grace_seconds, state, next_rotation_at, leaked_at";

/** The binding, locked for the rest of the transaction; undefined when it isn't this tenant's. */
export async function lockBinding(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<BindingRow | undefined> {
  const [row] = await tx.query<BindingRow & Record<string, unknown>>(
    `SELECT ${BINDING_COLUMNS} FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2 FOR UPDATE`,
    [tenant, bindingId],
  );
  return row;
}

/** The binding of a rotation, locked likewise: to be sent together with `lockRotation`, after it. */
export async function lockBindingOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rotationId: string,
): Promise<BindingRow | undefined> {
  const [row] = await tx.query<BindingRow & Record<string, unknown>>(
    `SELECT ${BINDING_COLUMNS} FROM secret_binding WHERE tenant_id = $1 AND binding_id =
       (SELECT r.binding_id FROM rotation r WHERE r.tenant_id = $1 AND r.rotation_id = $2) FOR UPDATE`,
    [tenant, rotationId],
  );
  return row;
}

/** The rotation, locked for the rest of the transaction; undefined when it isn't this tenant's. */
export async function lockRotation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rotationId: string,
): Promise<RotationRow | undefined> {
  const [row] = await tx.query<RotationRow & Record<string, unknown>>(
    `SELECT rotation_id, binding_id, state, resume_state, trigger, old_handle, new_handle, intent, grace_seconds, fence,
            lease_owner, coalesce(lease_until > clock_timestamp(), false) AS has_lease, attempt,
            error_code, error_text, cause_event_id, approval_id, approved_at, paused_at,
            cancel_requested_at, rollback_requested_at, previous_rotated_at, finished_at
     FROM rotation WHERE tenant_id = $1 AND rotation_id = $2 FOR UPDATE`,
    [tenant, rotationId],
  );
  return row;
}
