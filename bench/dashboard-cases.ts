import { DASHBOARD_TENANT } from "./dashboard-seed.ts";

const COLUMNS = `b.binding_id, b.name, b.class, b.environment, b.store, b.path, b.owner, b.region, b.rotator, b.rule,
  b.current_version, b.grace_seconds, b.last_rotated_at, b.next_rotation_at, b.limit_key, b.standing,
  r.rotation_id, r.state AS rotation_state, r.grace_until, r.error_text`;
const OPEN =
  "LEFT JOIN rotation r ON r.tenant_id = b.tenant_id AND r.binding_id = b.binding_id AND r.finished_at IS NULL";
const HERE = `b.tenant_id = '${DASHBOARD_TENANT}'`;
const ofPage = (data: unknown) => (data as { bindings: unknown[] }).bindings.length;
const ofSummary = (data: unknown) => (data as { total: number }).total;

export interface DashboardCase {
  path: string;
  input: object | undefined;
  /** The same, as somebody would write it by hand over these tables. */
  statements: readonly string[];
  count(data: unknown): number;
}

/** What is asked of the dashboard, each with what it is compared with. */
export const DASHBOARD_CASES: Record<string, DashboardCase> = {
  firstPage: {
    path: "rotation.list",
    input: {},
    statements: [
      `SELECT ${COLUMNS} FROM secret_binding b ${OPEN} WHERE ${HERE} ORDER BY b.urgency, b.limit_key, b.binding_id LIMIT 101`,
    ],
    count: ofPage,
  },
  filteredPage: {
    path: "rotation.list",
    input: {
      classes: ["api-token"],
      environments: ["prod"],
      statuses: ["due-soon", "healthy"],
      regions: ["muscat"],
      sort: "name",
    },
    statements: [
      `SELECT ${COLUMNS} FROM secret_binding b ${OPEN}
      WHERE ${HERE} AND b.class = 'api-token' AND b.environment = 'prod' AND b.region = 'muscat'
        AND b.standing IN ('healthy', 'unmanaged') AND b.limit_key > now()
        AND (b.standing = 'healthy' OR b.soon_key <= now())
      ORDER BY lower(b.name), b.binding_id LIMIT 101`,
    ],
    count: ofPage,
  },
  searchedPage: {
    path: "rotation.list",
    input: { text: "service-777/" },
    statements: [
      `SELECT ${COLUMNS} FROM secret_binding b ${OPEN}
      WHERE ${HERE} AND lower(b.name || ' ' || b.path || ' ' || b.owner) LIKE '%service-777/%'
      ORDER BY b.urgency, b.limit_key, b.binding_id LIMIT 101`,
    ],
    count: ofPage,
  },
  counts: {
    path: "rotation.summary",
    input: undefined,
    statements: [
      `SELECT b.class, b.standing, b.limit_key <= now() AS is_over, b.soon_key <= now() AS is_soon, count(*)::int
      FROM secret_binding b WHERE ${HERE} GROUP BY 1, 2, 3, 4`,
      `SELECT date_trunc('day', b.next_key AT TIME ZONE 'UTC') AS day, count(*)::int FROM secret_binding b
       WHERE ${HERE} AND b.standing <> 'retired' AND b.next_key < now() + interval '90 days' GROUP BY 1 ORDER BY 1`,
      `SELECT DISTINCT b.region FROM secret_binding b WHERE ${HERE}`,
    ],
    count: ofSummary,
  },
};
