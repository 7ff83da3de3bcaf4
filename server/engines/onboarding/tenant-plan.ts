import type { Declaration } from "../isolation/declaration.ts";
import { ONBOARD_STEPS, type StepKind } from "./steps.ts";
import { vaultRoleOf } from "./tenant-manifests.ts";

export interface DeclaredEnvironment {
  environment: string;
  declaration: Declaration;
}

export interface TenantPlan {
  slug: string;
  environments: readonly DeclaredEnvironment[];
  realm: { kind: "make" } | { kind: "existing"; realm: string };
  admin: { username: string } | null;
}

/** One thing that a step will make, as a code with names of the tenant's own. */
export interface PlannedThing {
  step: StepKind;
  code:
    | "tenant-record"
    | "payload-key"
    | "log"
    | "binding"
    | "vault-policy"
    | "vault-role"
    | "realm-new"
    | "realm-existing"
    | "console-client"
    | "sign-in"
    | "first-admin"
    | "manifests"
    | "open";
  name: string;
}

/** Everything that onboarding will make, in the order in which it is made. */
export function plannedThings(plan: TenantPlan): PlannedThing[] {
  const { slug, environments, realm, admin } = plan;
  const things: PlannedThing[] = [
    { step: "tenant", code: "tenant-record", name: slug },
    { step: "tenant", code: "payload-key", name: slug },
    ...environments.map(({ environment }) => thing("bindings", "binding", environment)),
    { step: "log", code: "log", name: slug },
  ];
  for (const { environment, declaration } of environments) {
    if (!declaration.secrets.vaultPath) continue;
    const name = vaultRoleOf(slug, environment);
    things.push(thing("vault", "vault-policy", name));
    if (declaration.compute.namespaces.length > 0) things.push(thing("vault", "vault-role", name));
  }
  const realmName = realm.kind === "make" ? slug : realm.realm;
  things.push(
    thing("realm", realm.kind === "make" ? "realm-new" : "realm-existing", realmName),
    ...(realm.kind === "make" ? [thing("realm", "console-client", realmName)] : []),
    thing("sign-in", "sign-in", realmName),
  );
  if (admin) things.push(thing("admin", "first-admin", admin.username));
  const namespaces = environments.flatMap((each) => each.declaration.compute.namespaces);
  things.push(thing("manifests", "manifests", namespaces.join(", ")), thing("open", "open", slug));
  return things;
}

/** The steps that this plan needs. */
export function stepsOf(plan: TenantPlan): StepKind[] {
  const needed = new Set(plannedThings(plan).map(({ step }) => step));
  return ONBOARD_STEPS.filter((step) => needed.has(step));
}

function thing(step: StepKind, code: PlannedThing["code"], name: string): PlannedThing {
  return { step, code, name };
}
