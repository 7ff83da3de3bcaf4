import "server-only";
import type { z } from "zod";
import type { CheckState } from "#server/engines/compliance/check.ts";
import { combineStates } from "#server/engines/compliance/combine-states.ts";
import type { Control } from "#server/engines/compliance/frameworks/framework.ts";
import { FRAMEWORKS } from "#server/engines/compliance/frameworks.ts";
import { CHECK_IDS, type CheckId } from "#server/engines/compliance/judge-checks.ts";
import { THREAT_IDS, THREATS } from "#server/engines/compliance/threats.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type {
  CheckView,
  ComplianceOverview,
  ControlView,
  FrameworkView,
  History,
  Threats,
} from "./views.ts";

const MOST_HISTORY = 100;

/** What each check said last. One that was not judged yet is unknown. */
export async function checkStates(tx: TenantTx, tenant: AuthorizedTenantId): Promise<CheckView[]> {
  const rows = await tx.query<CheckView & { [column: string]: unknown }>(
    `SELECT check_id AS "checkId", state, reason, params, evidence, encode(digest, 'hex') AS digest, since
     FROM compliance_check_state WHERE tenant_id = $1`,
    [tenant],
  );
  const known = new Map(rows.map((row) => [row.checkId, row]));
  return CHECK_IDS.map((checkId) => known.get(checkId) ?? notJudged(checkId));
}

function notJudged(checkId: CheckId): CheckView {
  return {
    checkId,
    state: "unknown",
    reason: "not-looked",
    params: {},
    evidence: [],
    digest: null,
    since: null,
  };
}

export async function lookedAt(tx: TenantTx, tenant: AuthorizedTenantId): Promise<Date | null> {
  const [look] = await tx.query<{ at: Date | null }>(
    "SELECT looked_at AS at FROM compliance_look WHERE tenant_id = $1",
    [tenant],
  );
  return look?.at ?? null;
}

/** Every framework with its controls, each by the checks that bear on it. */
export async function complianceOverview(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<ComplianceOverview> {
  const checks = await checkStates(tx, tenant);
  return {
    lookedAt: await lookedAt(tx, tenant),
    asOf: await tx.startedAt(),
    frameworks: FRAMEWORKS.map(({ id, title, controls }) => {
      const views = controls.map((control) => controlView(control, checks));
      return { id, title, counts: countsOf(views), controls: views };
    }),
    checks,
  };
}

export function controlView({ id, checks }: Control, all: readonly CheckView[]): ControlView {
  const own = all.filter(({ checkId }) => checks.includes(checkId));
  const since = own.flatMap((check) => (check.since ? [check.since.getTime()] : []));
  return {
    id,
    state: combineStates(own.map(({ state }) => state)),
    checks: [...checks],
    failing: own.filter(({ state }) => state === "failing").length,
    unknown: own.filter(({ state }) => state === "unknown").length,
    since: since.length > 0 ? new Date(Math.max(...since)) : null,
  };
}

function countsOf(controls: readonly ControlView[]): FrameworkView["counts"] {
  const of = (state: CheckState) => controls.filter((each) => each.state === state).length;
  return {
    met: of("met"),
    failing: of("failing"),
    unknown: of("unknown"),
    "not-applicable": of("not-applicable"),
  };
}

/** How these checks changed, the newest first. */
export async function checkHistory(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  checkIds: readonly CheckId[],
): Promise<z.input<typeof History>> {
  const rows = await tx.query<History["entries"][number] & { [column: string]: unknown }>(
    `SELECT change_id AS "changeId", check_id AS "checkId", state_before AS before, state, reason, params, evidence,
       changed_at AS at, event_id AS "eventId"
     FROM compliance_state_change WHERE tenant_id = $1 AND check_id = ANY ($2::text[])
     ORDER BY change_id DESC LIMIT $3`,
    [tenant, checkIds, MOST_HISTORY + 1],
  );
  return { entries: rows.slice(0, MOST_HISTORY), isCut: rows.length > MOST_HISTORY };
}

/** Each threat with its mitigations, and whether they hold now. */
export async function threatStates(tx: TenantTx, tenant: AuthorizedTenantId): Promise<Threats> {
  const checks = await checkStates(tx, tenant);
  const stateOf = new Map(checks.map(({ checkId, state }) => [checkId, state]));
  return {
    lookedAt: await lookedAt(tx, tenant),
    asOf: await tx.startedAt(),
    threats: THREAT_IDS.map((id) => {
      const mitigations = THREATS[id].map(({ key, heldBy, checks: own }) => ({
        key,
        heldBy: heldBy.map((holder) => ({ ...holder })),
        checks: [...own],
        state: combineStates(own.flatMap((checkId) => stateOf.get(checkId) ?? [])),
      }));
      // What only tests hold says nothing of now, for or against.
      return { id, mitigations, state: combineStates(mitigations.map(({ state }) => state)) };
    }),
    checks,
  };
}
