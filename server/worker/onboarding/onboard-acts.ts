import "server-only";
import { createHash, randomBytes } from "node:crypto";
import { vaultRoleOf } from "#server/engines/onboarding/tenant-manifests.ts";
import { logVerifierKey } from "#server/features/audit/index.ts";
import { identityConfig, realmNamed, realmOfTenant } from "#server/features/identity/index.ts";
import { MADE_BY_ATTRIBUTE, tenantRealm } from "#server/features/identity/realms/tenant-realm.ts";
import { declareIsolation } from "#server/features/isolation/verbs/declare-isolation.ts";
import { manifestsOf, VAULT_AUTH_MOUNT } from "#server/features/onboarding/index.ts";
import { TenantPlanInput } from "#server/features/onboarding/schema.ts";
import type { SecretFields } from "#server/integrations/openbao/kv-v2.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { isRealmPublished, publishRealm } from "./published-realms.ts";
import { done, held, type StepActs, type StepContext } from "./step-acts.ts";

const TOKEN_TTL_SECONDS = 1_200;

/** Each step of an onboarding. Whatever an earlier try did is found and not done twice. */
export const ONBOARD_ACTS: Pick<
  StepActs,
  "tenant" | "bindings" | "log" | "vault" | "realm" | "sign-in" | "admin" | "manifests" | "open"
> = {
  // Of our own database: done where it is recorded.
  tenant: async () => done(),
  open: async () => done(),

  async bindings({ task }) {
    const plan = planOf(task);
    const caller = inTenant(task, ["runtime.isolation.manage"]);
    for (const { environment, declaration } of plan.environments) {
      await runVerb(declareIsolation, caller, {
        environment,
        declaration,
        basedOn: 0,
        reason: `Onboarding of ${task.displayName}`,
      });
    }
    return done({
      environments: plan.environments.map(({ environment }) => environment).join(", "),
    });
  },

  async log({ task }) {
    const { tenant } = inTenant(task, []);
    const [first] = await withTenant(tenant, "worker", (tx) =>
      tx.query<{ size: string }>(
        "SELECT tree_size::text AS size FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY tree_size LIMIT 1",
        [tenant],
      ),
    );
    if (!first) return held("The log's first entries are not sealed yet.");
    return done({ checkpoint: Number(first.size), verifierKey: logVerifierKey(tenant) });
  },

  async vault({ task, parts }) {
    const plan = planOf(task);
    const names: string[] = [];
    for (const { environment, declaration } of plan.environments) {
      const path = declaration.secrets.vaultPath;
      if (!path) continue;
      const name = vaultRoleOf(task.slug, environment);
      await parts.vault.tenantAccess.writePolicy(name, readPolicy(path));
      names.push(name);
      const { namespaces } = declaration.compute;
      if (namespaces.length === 0) continue;
      await parts.vault.tenantAccess.writeKubernetesRole(VAULT_AUTH_MOUNT, name, {
        namespaces,
        policy: name,
        ttlSeconds: TOKEN_TTL_SECONDS,
      });
    }
    return done({ roles: names.join(", ") });
  },

  async realm({ task, parts }) {
    const { realm } = planOf(task);
    if (realm.kind === "existing") {
      const known = realmNamed(identityConfig(), realm.realm);
      const isOwn = known?.binding.kind === "tenant" && known.binding.tenant === task.slug;
      if (!isOwn) throw new Error(`The realm ${realm.realm} is not configured for ${task.slug}.`);
      return done({ realm: realm.realm });
    }
    if (!parts.realms) {
      throw new Error("No account that may make realms is configured (REALM_ADMIN_URL).");
    }
    const { clientSecret, directorySecret } = await realmSecrets({ task, parts });
    const made = await parts.realms.create(
      tenantRealm({
        slug: task.slug,
        displayName: task.displayName,
        consoleUrl: env().CONSOLE_URL,
        lifecycleId: task.lifecycleId,
        clientSecret,
        directorySecret,
      }),
    );
    const state = await parts.realms.read(task.slug);
    if (made === "exists" && state?.attributes[MADE_BY_ATTRIBUTE] !== task.lifecycleId) {
      throw new Error(`A realm named ${task.slug} exists, and was not made for this tenant.`);
    }
    return done({ realm: task.slug, issuer: parts.realms.issuerOf(task.slug) });
  },

  async "sign-in"({ task, parts }) {
    const { realm } = planOf(task);
    const known = realmOfTenant(identityConfig(), task.slug);
    if (known) return done({ realm: known.realm, issuer: known.issuer });
    if (realm.kind === "existing") return held(`The realm ${realm.realm} is not configured.`);
    if (!parts.realms) throw new Error("No account that may make realms is configured.");
    const secrets = await realmSecrets({ task, parts });
    const isWritten = publishRealm({
      slug: task.slug,
      displayName: task.displayName,
      issuer: parts.realms.issuerOf(task.slug),
      ...secrets,
    });
    return held(
      isWritten || isRealmPublished(task.slug)
        ? "The console has not read its new realm yet."
        : "Add the realm to the console's identity settings: it may not write them itself.",
      { secretPath: secretPath(task.slug) },
    );
  },

  async admin({ task, parts }) {
    const { admin } = planOf(task);
    if (!admin) return done();
    if (!parts.realms) throw new Error("No account that may make realms is configured.");
    const id = await parts.realms.ensureUser(task.slug, admin);
    await parts.realms.giveClientRole(task.slug, id, "runtime-api", "org-admin");
    const isSent = await parts.realms.invite(task.slug, id);
    return done({ username: admin.username, invitation: isSent ? "sent" : "no-mail" });
  },

  async manifests({ task }) {
    const text = manifestsOf(planOf(task));
    const digest = createHash("sha256").update(text).digest("hex");
    return done({ digest, documents: text === "" ? 0 : text.split("\n---\n").length });
  },
};

function planOf({ plan }: StepContext["task"]): TenantPlanInput {
  // Its e-mail is forgotten at the end alone: until then it is whole.
  return TenantPlanInput.parse(plan);
}

function inTenant(task: StepContext["task"], scopes: Parameters<typeof workerCaller>[0]["scopes"]) {
  return workerCaller({ tenantId: task.slug, name: "onboarding", scopes, causedBy: task.eventId });
}

function readPolicy(path: string): string {
  return [
    `path "secret/data/${path}/*" { capabilities = ["read"] }`,
    `path "secret/metadata/${path}/*" { capabilities = ["read", "list"] }`,
  ].join("\n");
}

function secretPath(slug: string): string {
  return `${env().SOVEREIGN}/console/realms/${slug}`;
}

/** The secrets of a realm's clients, made once and kept in the vault before the realm knows them. */
async function realmSecrets({ task, parts }: Pick<StepContext, "task" | "parts">) {
  const path = secretPath(task.slug);
  let found = await parts.vault.kv.read(path);
  if (found.kind !== "found") {
    const fields: SecretFields = {
      client_secret: SecretValue.of(randomBytes(32).toString("base64url")),
      directory_secret: SecretValue.of(randomBytes(32).toString("base64url")),
    };
    await parts.vault.kv.write(path, fields, "info" in found ? found.info.version : 0);
    found = await parts.vault.kv.read(path);
  }
  const { client_secret: clientSecret, directory_secret: directorySecret } =
    found.kind === "found" ? found.fields : {};
  if (!clientSecret || !directorySecret) throw new Error(`${path} in the vault is not whole.`);
  return { clientSecret, directorySecret };
}
