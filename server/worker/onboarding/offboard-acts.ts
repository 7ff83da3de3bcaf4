import "server-only";
import { join } from "node:path";
import { parsePolicy } from "#server/engines/vault-policy/parse-policy.ts";
import { endSessionsOf, identityConfig, realmOfTenant } from "#server/features/identity/index.ts";
import { OffboardPlan } from "#server/features/onboarding/schema.ts";
import { shredTenant } from "#server/features/onboarding/verbs/shred-tenant.ts";
import { stopTenant } from "#server/features/onboarding/verbs/stop-tenant.ts";
import { storeExportChunk } from "#server/features/onboarding/verbs/store-export-chunk.ts";
import { keeperOf } from "#server/platform/audit/key-keeper.ts";
import { forgetTenantKeys } from "#server/platform/audit/tenant-keys.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { dropKeyBackup } from "../retention/back-up-keys.ts";
import { exportTenant } from "./export-tenant.ts";
import { withdrawRealm } from "./published-realms.ts";
import { done, held, type LifecycleParts, type StepActs, type StepContext } from "./step-acts.ts";

/** Each step of an offboarding. Whatever an earlier try did is found and not done twice. */
export const OFFBOARD_ACTS: Pick<
  StepActs,
  "stop" | "close" | "export" | "vault-removal" | "realm-removal" | "keys" | "closed"
> = {
  async stop({ task }) {
    const stopped = await runVerb(stopTenant, inTenant(task), {});
    const { busyRotations, projections } = stopped;
    if (busyRotations > 0)
      return held("A rotation is under way: it reaches its next record first.", stopped);
    if (projections > 0)
      return held("Grants are still in force elsewhere until they are seen gone.", stopped);
    return done(stopped);
  },

  // The state is moved where this is recorded; who is signed in until then is nobody's after.
  close: async ({ task }) => done({ sessions: await endSessionsOf(task.slug) }),

  async export({ task, sovereign }) {
    const { tenant } = inTenant(task);
    // Somebody may have signed in between: nobody can now.
    await endSessionsOf(task.slug);
    const [pending] = await withTenant(tenant, "worker", (tx) =>
      tx.query("SELECT 1 FROM audit_pending WHERE tenant_id = $1 LIMIT 1", [tenant]),
    );
    if (pending) return held("The log's last entries are not sealed yet.");
    const { recipientKey } = OffboardPlan.parse(task.plan);
    const { lifecycleId, fence } = task;
    const { manifest, bytes, ...counts } = await exportTenant({
      tenant,
      sovereign: sovereign.tenant,
      lifecycleId,
      recipientKey,
      keep: async (chunkNo, piece) => {
        await runVerb(storeExportChunk, sovereign, { lifecycleId, fence, chunkNo, bytes: piece });
      },
    });
    return { ...done({ bytes, ...counts }), sealed: { manifest, bytes } };
  },

  async "vault-removal"({ task, parts }) {
    const policies = await ownPolicies(parts, task.slug);
    let roles = 0;
    for (const mount of await parts.vault.access.authMounts()) {
      if (mount.type !== "kubernetes") continue;
      for (const role of (await parts.vault.access.roles(mount)) ?? []) {
        const given = role.policies.filter((name) => name !== "default");
        if (given.length === 0 || !given.every((name) => policies.includes(name))) continue;
        await parts.vault.tenantAccess.removeKubernetesRole(mount.path, role.name);
        roles += 1;
      }
    }
    for (const name of policies) await parts.vault.tenantAccess.removePolicy(name);
    return done({ policies: policies.length, roles });
  },

  async "realm-removal"({ task, parts }) {
    const known = realmOfTenant(identityConfig(), task.slug);
    const realm = known?.realm ?? task.slug;
    const isOurs = known ? known.issuer === parts.realms?.issuerOf(realm) : true;
    const state = parts.realms && isOurs ? await parts.realms.read(realm) : null;
    if (state?.isEnabled) await parts.realms?.setEnabled(realm, false);
    const withdrawn = withdrawRealm(task.slug);
    // Without an account for it, disabling is a person's to do; the tenant is closed to it either way.
    const outcome = state ? "disabled" : known ? "by-hand" : "none";
    return done({ realm, outcome, settings: withdrawn ? "withdrawn" : "kept" });
  },

  async keys({ task }) {
    const caller = inTenant(task);
    const shredded = await runVerb(shredTenant, caller, {});
    forgetTenantKeys(caller.tenant);
    // Backups of the database have its keys wrapped: the root key ends that.
    await keeperOf(env().KEY_KEEPER).destroy(task.slug);
    await dropKeyBackup(task.slug, env().KEY_BACKUP_DIR ?? join(env().DATA_DIR, "key-backups"));
    return done(shredded);
  },

  closed: async () => done(),
};

function inTenant(task: StepContext["task"]) {
  return workerCaller({
    tenantId: task.slug,
    name: "offboarding",
    scopes: ["runtime.tenants.carry-out"],
    causedBy: task.eventId,
  });
}

/** Policies that give nothing but paths of this tenant: whoever made them, they are its own. */
async function ownPolicies({ vault }: LifecycleParts, slug: string): Promise<string[]> {
  const own: string[] = [];
  for (const name of await vault.access.policyNames()) {
    const text = await vault.access.policy(name);
    if (!text) continue;
    let paths: string[];
    try {
      paths = parsePolicy(text).map(({ path }) => path);
    } catch {
      // One that nobody can read is not known to be the tenant's.
      continue;
    }
    const isOwn = (path: string) =>
      new RegExp(`^[a-z0-9-]+/(data|metadata|delete|undelete|destroy)/${slug}(/|$)`).test(path);
    if (paths.length > 0 && paths.every(isOwn)) own.push(name);
  }
  return own;
}
