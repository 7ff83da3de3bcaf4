import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import {
  type DevelopmentApiServer,
  startApiServer,
} from "#server/embedded/kubernetes/api-server.ts";
import type { JsonObject } from "#server/engines/differ/json.ts";
import { ENVIRONMENT_LABEL, TENANT_LABEL } from "#server/engines/kubernetes/namespace-owners.ts";
import { reviewApproval } from "#server/features/approvals/index.ts";
import { DEFAULT_POLICY } from "#server/features/remediation/policies-in-force.ts";
import { remediationDetail } from "#server/features/remediation/queries.ts";
import type { PolicySpec } from "#server/features/remediation/schema.ts";
import { proposeRemediation } from "#server/features/remediation/verbs/propose-remediation.ts";
import { folderSource } from "#server/integrations/desired/folder-source.ts";
import { LiveSource } from "#server/integrations/kubernetes/live-source.ts";
import { ServerSideApply } from "#server/integrations/kubernetes/server-side-apply.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { lookForDrift } from "#server/worker/jobs/drift.ts";
import { lookAtIsolation } from "#server/worker/jobs/isolation.ts";
import { tendRemediations } from "#server/worker/jobs/remediations.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { signedInAdmin } from "#test/fixtures/signed-in-admin.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import type { RemediationPlaces } from "../remediation-places.ts";

/** A cluster behind a real API, a folder that says what it should be, and the loops of a worker. */
export class RemediationWorld {
  readonly cluster: string;
  readonly root: string;
  readonly api: DevelopmentApiServer;
  readonly live: LiveSource;
  readonly writer: ServerSideApply;
  /** The same cluster for somebody who may only read. */
  readonly reader: ServerSideApply;
  readonly tenant: AuthorizedTenantId;
  readonly namespace: string;
  readonly places: RemediationPlaces;
  readonly #wanted = new Map<string, JsonObject>();

  constructor(options: {
    root: string;
    api: DevelopmentApiServer;
    tenant: AuthorizedTenantId;
    cluster: string;
  }) {
    this.root = options.root;
    this.api = options.api;
    this.tenant = options.tenant;
    this.cluster = options.cluster;
    this.namespace = `${options.tenant}-prod`;
    const access = { kind: "kubeconfig", file: join(this.root, "kubeconfig") } as const;
    const timing = { baseMillis: 30, slowMillis: 200, graceMillis: 300, mostMillis: 200 };
    this.live = new LiveSource({ name: this.cluster, region: null, access, timing });
    this.writer = new ServerSideApply(access);
    this.reader = new ServerSideApply({ ...access, file: join(this.root, "reader") });
    const source = folderSource(this.cluster, join(this.root, "desired"));
    this.places = {
      clusters: [this.live],
      desired: () => [source],
      writer: () => this.writer,
    };
  }

  /** Says what is desired; `null` takes a name away. */
  wish(object: JsonObject): void {
    const { name } = object.metadata as { name: string };
    this.#wanted.set(`${object.kind} ${name}`, object);
    const text = [...this.#wanted.values()].map((each) => stringify(each)).join("---\n");
    writeFileSync(join(this.root, "desired", "all.yaml"), text);
  }

  /** The object as somebody else wrote it to the cluster. */
  put(object: JsonObject, manager = "kubectl-edit"): void {
    this.api.store.load({
      ...object,
      metadata: { ...(object.metadata as JsonObject), managedFields: ownedBy(manager, object) },
    });
  }

  configMap(name: string, data: Record<string, string>): JsonObject {
    const metadata = { name, namespace: this.namespace };
    return { apiVersion: "v1", kind: "ConfigMap", metadata, data };
  }

  /** Desired as the first, there as the second. */
  drifted(name: string, wanted: Record<string, string>, there: Record<string, string>): void {
    this.wish(this.configMap(name, wanted));
    this.put(this.configMap(name, there));
  }

  stored(kind: string, name: string, apiVersion = "v1"): JsonObject | undefined {
    const type = this.api.store.typeOfKind(apiVersion, kind);
    return type && this.api.store.get(type, `${this.namespace}/${name}`);
  }

  async look(): Promise<void> {
    await asSuperuser(
      "UPDATE drift_look SET due_at = CASE WHEN tenant_id = $1 THEN clock_timestamp() ELSE 'infinity' END",
      [this.tenant],
    );
    await asSuperuser(
      "UPDATE isolation_look SET due_at = CASE WHEN tenant_id = $1 THEN clock_timestamp() ELSE 'infinity' END",
      [this.tenant],
    );
    const { clusters, desired } = this.places;
    await lookForDrift({ clusters, desired, owner: "w", everySeconds: 3_600 });
    const vault = new OpenBaoClient({ address: "http://127.0.0.1:1", token: SecretValue.of("t") });
    await lookAtIsolation({
      vault,
      clusters,
      platformReaders: [],
      owner: "w",
      everySeconds: 3_600,
    } as Parameters<typeof lookAtIsolation>[0]);
    await vault.close();
  }

  /** Everything of this tenant is due, and nothing of any other. */
  async dueNow(): Promise<void> {
    await asSuperuser(
      `UPDATE remediation SET due_at = CASE WHEN tenant_id = $1 THEN clock_timestamp() ELSE 'infinity' END
       WHERE finished_at IS NULL`,
      [this.tenant],
    );
  }

  /** One round of the worker's loop, with everything of this tenant due. */
  async tend(places: RemediationPlaces = this.places): Promise<void> {
    await this.dueNow();
    await tendRemediations({ places, owner: "w", leaseSeconds: 60 });
  }

  /** The finding about an object, once the cluster's mirror has it. */
  async finding(name: string): Promise<string> {
    return waitFor(
      async () => {
        await this.look();
        const [row] = await asSuperuser<{ id: string }>(
          `SELECT finding_id AS id FROM drift_finding WHERE tenant_id = $1 AND name = $2 AND state <> 'resolved'`,
          [this.tenant, name],
        );
        return row?.id;
      },
      { timeout: 60_000, message: `a finding about ${name}` },
    ) as Promise<string>;
  }

  get proposer(): Caller {
    return userOf(this.tenant, "proposer", { roles: ["org-admin"] });
  }

  async propose(name: string): Promise<string> {
    const findingId = await this.finding(name);
    const input = { findingId, reason: "it drifted" };
    return (await runVerb(proposeRemediation, this.proposer, input)).remediationId;
  }

  detail(remediationId: string, viewer = this.proposer) {
    return withTenant(this.tenant, "tenant", (tx) =>
      remediationDetail(tx, viewer, remediationId, []),
    );
  }

  /** A security officer, signed in, approves what the dry-run showed. */
  async approve(remediationId: string): Promise<void> {
    const { approval } = await this.detail(remediationId);
    const issuer = `https://idp.test/realms/${this.tenant}`;
    const officer = await signedInAdmin(this.tenant, issuer, "officer", ["security-officer"]);
    await runVerb(reviewApproval, officer, {
      requestId: approval?.requestId ?? "",
      decision: "approve",
      subjectDigest: approval?.subjectDigest ?? "",
    });
  }

  /** Goes on until a remediation is in one of these states. */
  async comesTo(remediationId: string, ...states: string[]): Promise<string> {
    let state = "";
    await waitFor(
      async () => {
        state = (await this.detail(remediationId)).state;
        if (states.includes(state)) return true;
        if (state === "verifying") await this.look();
        await this.tend();
        return false;
      },
      { timeout: 60_000, message: `the remediation to be ${states.join(" or ")}` },
    ).catch((error: Error) => {
      throw new Error(`${error.message}; it is ${state}`);
    });
    return state;
  }

  async close(): Promise<void> {
    await this.live.close();
    await this.writer.close();
    await this.reader.close();
    await this.api.close();
    rmSync(this.root, { recursive: true });
  }
}

const READ_ONLY = [{ apiGroups: ["*"], resources: ["*"], verbs: ["get", "list", "watch"] }];

/** A world with one tenant, whose namespace the cluster has. */
export async function remediationWorld(): Promise<RemediationWorld> {
  const root = mkdtempSync(join(tmpdir(), "remediation-"));
  mkdirSync(join(root, "desired"));
  const api = await startApiServer({
    bookmarkMillis: 100,
    users: {
      admin: { name: "admin", rules: "all" },
      reader: { name: "reader", rules: READ_ONLY },
    },
  });
  writeFileSync(join(root, "kubeconfig"), api.kubeconfig("admin"));
  writeFileSync(join(root, "reader"), api.kubeconfig("reader"));
  const tenant = await newTenant("mended");
  const world = new RemediationWorld({ root, api, tenant, cluster: `cluster-${tenant}` });
  const labels = { [TENANT_LABEL]: tenant, [ENVIRONMENT_LABEL]: "prod" };
  const namespace = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: world.namespace, labels },
  };
  world.put(namespace);
  world.wish(namespace);
  return world;
}

/** Saves the Sovereign's policy of a rule, whatever was in force. */
export async function policyIs(rule: string, spec: Partial<PolicySpec>): Promise<void> {
  const sovereign = sovereignTenant();
  await asSuperuser(
    `INSERT INTO tenant (tenant_id, kind, display_name) VALUES ($1, 'sovereign', $1) ON CONFLICT DO NOTHING`,
    [sovereign],
  );
  const { saveRemediationPolicy } = await import(
    "#server/features/remediation/verbs/save-remediation-policy.ts"
  );
  const [last] = await asSuperuser<{ version: number }>(
    "SELECT coalesce(max(version), 0)::int AS version FROM remediation_policy WHERE tenant_id = $1 AND rule = $2",
    [sovereign, rule],
  );
  await runVerb(saveRemediationPolicy, userOf(sovereign, "admin", { roles: ["sovereign-admin"] }), {
    rule: rule as "field-drift",
    basedOn: last?.version ?? 0,
    spec: { ...DEFAULT_POLICY, ...spec },
    reason: "for this test",
  });
}

/** As the API server keeps who wrote what by an update. */
function ownedBy(manager: string, { metadata: _, apiVersion, kind: __, ...fields }: JsonObject) {
  const tree = (value: unknown): JsonObject =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([key, each]) => [`f:${key}`, tree(each)]))
      : {};
  return [
    {
      manager,
      operation: "Update",
      apiVersion: String(apiVersion),
      time: "2026-11-22T00:00:00Z",
      fieldsType: "FieldsV1",
      fieldsV1: tree(fields),
    },
  ] as unknown as JsonObject[];
}
