import { randomBytes } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { ensureDatabase } from "#server/embedded/demo/role-pair.ts";
import { seedDatabasePair } from "#server/embedded/demo/seed-rotation.ts";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";

export const BENCHED_KINDS = ["kv-generated", "postgres-dual-user"] as const;
export type BenchedKind = (typeof BENCHED_KINDS)[number];

/** Makes credentials that really rotate, without a grace; gives the ids of their bindings. */
export async function makeSubjects(
  to: { tenant: AuthorizedTenantId; client: OpenBaoClient; superuserUrl: string },
  kind: BenchedKind,
  count: number,
): Promise<string[]> {
  const make = kind === "kv-generated" ? await secretMaker(to) : await pairMaker(to);
  const made: string[] = [];
  for (let at = 0; at < count; at++) made.push((await make()).bindingId);
  return made;
}

type To = Parameters<typeof makeSubjects>[0];

async function secretMaker({ tenant, client }: To) {
  return async () => {
    const name = `token-${uuidv7()}`;
    const path = `${tenant}/test/${name}`;
    await client.kv.write(path, { value: SecretValue.of(randomBytes(24).toString("hex")) }, 0);
    return runVerb(bindSecret, systemCaller(tenant, "bench"), {
      name,
      class: "api-token",
      environment: "test",
      store: "openbao",
      path,
      owner: "bench",
      rotator: { kind: "kv-generated", field: "value", bytes: 32, keep: [] },
      currentVersion: 1,
      graceSeconds: 0,
      lastRotatedAt: new Date(),
    });
  };
}

async function pairMaker({ tenant, client, superuserUrl }: To) {
  const database = `target_${randomBytes(4).toString("hex")}`;
  await ensureDatabase(superuserUrl, database);
  const { hostname: host, port } = new URL(superuserUrl);
  const target = { host, port: Number(port), database, tls: "disable" } as const;
  const seed = { tenant, kv: client.kv, adminUrl: superuserUrl, graceSeconds: 0 };
  return () =>
    seedDatabasePair(seed, target, {
      name: `db-${randomBytes(5).toString("hex")}`,
      environment: "test",
      owner: "bench",
    });
}
