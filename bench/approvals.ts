import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PolicyRequest } from "#server/platform/authz/policy-request.ts";
import { APPROVALS_TENANT, seedApprovals } from "./approvals-seed.ts";
import { writeManyPolicies } from "./many-policies.ts";
import { type ProcedureServer, startProcedureServer } from "./procedure-server.ts";

/*
 * `npm run bench:approvals`: one decision by Cedar with the shipped policies and with 500; and lists of requests at a
 * million in history, signed in, over HTTP, through the procedures, until the last byte, beside one hand-written
 * statement for the same rows behind the same server, by a superuser without policies, session, counts or
 * validation. Rounds alternate. Prints JSON. BENCH_REQUESTS, BENCH_ROUNDS, BENCH_DECISIONS change the sizes.
 */

const WARM_UP = 20;
const POLICIES = 500;

interface Case {
  path: string;
  input: object;
  where: string;
  params: readonly unknown[];
  count(data: never): number;
}

/** The same rows with all that their cards show, as somebody would write it by hand. */
const byHand = (where: string, limit: number) => `
  SELECT d.*, v.config_digest, v.change_ref, v.reason, v.provenance, v.evidence, a.state AS approval_state, a.requirement, a.subject,
    p.spec, e.frozen_from, e.frozen_until,
    (SELECT json_agg(i) FROM deployment_image i WHERE i.tenant_id = d.tenant_id AND i.deployment_id = d.deployment_id AND i.revision = d.revision) AS images,
    (SELECT json_agg(w) FROM approval_review w WHERE w.tenant_id = d.tenant_id AND w.request_id = d.approval_id) AS reviews,
    (SELECT json_agg(i) FROM runtime_deployment r JOIN deployment_image i ON i.tenant_id = r.tenant_id AND i.deployment_id = r.deployment_id AND i.revision = r.revision
      WHERE r.tenant_id = d.tenant_id AND r.environment = d.environment AND r.service = d.service) AS running
  FROM (SELECT d.* FROM deployment_request d JOIN approval_request a ON a.tenant_id = d.tenant_id AND a.request_id = d.approval_id
    WHERE d.tenant_id = '${APPROVALS_TENANT}' ${where} ORDER BY d.deployment_id DESC LIMIT ${limit}) d
  JOIN deployment_revision v ON v.tenant_id = d.tenant_id AND v.deployment_id = d.deployment_id AND v.revision = d.revision
  JOIN approval_request a ON a.tenant_id = d.tenant_id AND a.request_id = d.approval_id
  JOIN environment_policy e ON e.tenant_id = d.tenant_id AND e.environment = d.environment
  JOIN environment_policy_version p ON p.tenant_id = e.tenant_id AND p.environment = e.environment AND p.version = e.version
  ORDER BY d.deployment_id DESC`;

const items = (data: { items: unknown[] }) => data.items.length;

function cases(middle: string): Record<string, Case> {
  const list = "deployments.list";
  return {
    firstPage: { path: list, input: { view: "all" }, where: "", params: [], count: items },
    inbox: {
      path: list,
      input: { view: "waiting" },
      where:
        "AND d.state IN ('requested', 'checking', 'awaiting_approval', 'approved', 'executing') AND d.expires_at > now()",
      params: [],
      count: items,
    },
    filteredPage: {
      path: list,
      input: { view: "all", environment: "prod", service: "service-777" },
      where: "AND d.environment = $1 AND d.service = $2",
      params: ["prod", "service-777"],
      count: items,
    },
    environmentPage: {
      path: list,
      input: { view: "all", environment: "test" },
      where: "AND d.environment = $1",
      params: ["test"],
      count: items,
    },
    approversInbox: {
      path: "inbox.list",
      input: {},
      where: "AND a.state = 'open' AND a.expires_at > now()",
      params: [],
      count: items,
    },
    deepPage: {
      path: list,
      input: { view: "all", cursor: middle },
      where: "AND d.deployment_id < $1",
      params: [middle],
      count: items,
    },
  };
}

async function measure(server: ProcedureServer, wanted: Case, rounds: number) {
  const { path, input, where, params, count } = wanted;
  const rows = count(server.read(await server.ask(path, input)) as never);
  if (rows === 0) throw new Error(`${path}: nothing was found`);
  const ways = {
    console: () => server.ask(path, input),
    sql: () => server.byHand({ statements: [byHand(where, Math.max(rows, 31))], params }),
  };
  const times = { console: [] as number[], sql: [] as number[] };
  for (let round = -WARM_UP; round < rounds; round++) {
    if (round % 50 === 0) await server.forgetCalls();
    for (const way of round % 2 ? (["console", "sql"] as const) : (["sql", "console"] as const)) {
      const begun = performance.now();
      await ways[way]();
      if (round >= 0) times[way].push(performance.now() - begun);
    }
  }
  const [ours, theirs] = [quantiles(times.console), quantiles(times.sql)];
  return { consoleMillis: ours, sqlMillis: theirs, ratio: hundredths(ours.p50 / theirs.p50), rows };
}

/** Decisions about carrying a deployment out, one after the other, each of another request. */
async function decisions(count: number) {
  const { loadPolicies } = await import("#server/platform/authz/policy-set.ts");
  const { decide } = await import("#server/platform/authz/policy-engine.ts");
  const shared = globalThis as { consolePolicies?: ReturnType<typeof loadPolicies> };
  const directory = mkdtempSync(join(tmpdir(), "policies-"));
  try {
    writeManyPolicies("policies", directory, POLICIES);
    const sets = { shipped: loadPolicies(), many: loadPolicies(directory) };
    const figures: Record<string, object> = {};
    for (const [name, set] of Object.entries(sets)) {
      shared.consolePolicies = set;
      const times: number[] = [];
      for (let number = -WARM_UP; number < count; number++) {
        const request = execution(number);
        const begun = performance.now();
        const { outcome } = decide(request);
        if (number >= 0) times.push(performance.now() - begun);
        if (outcome !== "allow") throw new Error(`${name}: denied`);
      }
      const ofThisAction = set.policies.filter(({ action }) => action === "ExecuteDeployment");
      figures[name] = {
        policies: set.policies.length,
        ofThisAction: ofThisAction.length,
        ...quantiles(times),
      };
    }
    delete shared.consolePolicies;
    return figures;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function execution(number: number): PolicyRequest {
  const tenant = { type: "Tenant" as const, id: "acme" };
  const principal = { type: "Service" as const, id: '["https://idp","pipeline"]' };
  const resource = { type: "DeploymentRequest" as const, id: `request-${number}` };
  return {
    action: "ExecuteDeployment",
    principal,
    resource,
    context: {
      isExpired: false,
      isFrozen: false,
      isInWindow: true,
      isWaitingOver: true,
      isPolicyCurrent: true,
      isSubjectCurrent: true,
      areRegistriesTrusted: true,
      isProvenanceMet: true,
      isGateMet: true,
      isMergeApproved: true,
      isElevationMet: true,
      isRejected: false,
      missingApprovals: 0,
    },
    entities: [
      {
        uid: principal,
        attrs: { issuer: "https://idp", scopes: ["runtime.deployments.execute"] },
        parents: [tenant],
      },
      {
        uid: resource,
        attrs: {
          environment: "prod",
          service: `service-${number % 2_000}`,
          kind: "deploy",
          state: "approved",
          requester: { __entity: { type: "User", id: '["https://idp","ada"]' } },
        },
        parents: [tenant],
      },
    ],
  };
}

function quantiles(values: readonly number[]): { p50: number; p95: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (quantile: number) =>
    hundredths(sorted[Math.floor(sorted.length * quantile)] ?? Number.NaN);
  return { p50: at(0.5), p95: at(0.95) };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

const { startBenchDatabase } = await import("./bench-database.ts");
const requests = Number(process.env.BENCH_REQUESTS ?? 1_000_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 200);
const database = await startBenchDatabase([APPROVALS_TENANT], { DATABASE_POOL_SIZE: "4" });
try {
  const decisionMillis = await decisions(Number(process.env.BENCH_DECISIONS ?? 2_000));
  await seedApprovals(database.superuserUrl, requests);
  const server = await startProcedureServer(database.superuserUrl, APPROVALS_TENANT);
  const lists: Record<string, Awaited<ReturnType<typeof measure>>> = {};
  try {
    const { rows } = await server.admin.query(
      "SELECT deployment_id FROM deployment_request WHERE tenant_id = $1 ORDER BY deployment_id LIMIT 1 OFFSET $2",
      [APPROVALS_TENANT, Math.floor(requests / 2)],
    );
    for (const [name, wanted] of Object.entries(cases(rows[0].deployment_id)))
      lists[name] = await measure(server, wanted, rounds);
  } finally {
    await server.close();
  }
  process.stdout.write(`${JSON.stringify({ requests, rounds, decisionMillis, lists }, null, 2)}\n`);
  const { closePools } = await import("#server/platform/db/tenant-transaction.ts");
  const { closeIdentityPools } = await import("#server/platform/db/identity-pool.ts");
  await closePools();
  await closeIdentityPools();
} finally {
  await database.stop();
}
