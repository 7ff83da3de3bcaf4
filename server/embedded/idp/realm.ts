import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ROLES } from "../../platform/authz/scopes.ts";

const UserSchema = z.object({
  id: z.string(),
  username: z.string(),
  enabled: z.boolean(),
  attributes: z.record(z.string(), z.array(z.string())).default({}),
  credentials: z.array(
    z.discriminatedUnion("type", [
      z.object({ type: z.literal("password"), value: z.string() }),
      z.object({ type: z.literal("otp"), secretData: z.string() }),
    ]),
  ),
  clientRoles: z.object({ "runtime-api": z.array(z.enum(ROLES)) }),
  realmRoles: z.array(z.string()).default([]),
});

/** The account of a client: with roles in the realm itself, and no password. */
const ServiceAccountSchema = z.object({
  username: z.string(),
  serviceAccountClientId: z.string(),
  clientRoles: z.object({ "realm-management": z.array(z.string()) }),
});

const ClientSchema = z.object({
  clientId: z.string(),
  secret: z.string().optional(),
  serviceAccountsEnabled: z.boolean().default(false),
  redirectUris: z.array(z.string()).default([]),
  attributes: z.record(z.string(), z.string()).default({}),
});

const RealmSchema = z
  .object({
    realm: z.string(),
    displayName: z.string(),
    accessTokenLifespan: z.number().int().positive(),
    ssoSessionIdleTimeout: z.number().int().positive(),
    ssoSessionMaxLifespan: z.number().int().positive(),
    roles: z
      .object({ realm: z.array(z.object({ name: z.string() })).default([]) })
      .default({ realm: [] }),
    clients: z.array(ClientSchema),
    users: z.array(z.union([ServiceAccountSchema, UserSchema])),
  })
  .transform((realm) => ({
    ...realm,
    users: realm.users.filter((each) => "id" in each),
    serviceAccounts: realm.users.filter((each) => "serviceAccountClientId" in each),
  }));

export type Realm = z.infer<typeof RealmSchema>;
export type RealmUser = Realm["users"][number];
export type RealmClient = Realm["clients"][number];

/** A realm as it came over the admin API. Throws ZodError. */
export function parseRealm(representation: unknown): Realm {
  return RealmSchema.parse(representation);
}

/** Reads the same realm files that Keycloak imports, filling `${NAME:default}` as Keycloak does. */
export async function readRealms(
  folder: string,
  variables: (realm: string) => Record<string, string>,
): Promise<Realm[]> {
  const names = (await readdir(folder)).filter((name) => /^realm-.+\.json$/.test(name)).sort();
  if (names.length === 0) throw new Error(`no realm files in ${folder}`);
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), "utf8");
      const realm = name.slice("realm-".length, -".json".length);
      return RealmSchema.parse(JSON.parse(fillPlaceholders(text, variables(realm))));
    }),
  );
}

function fillPlaceholders(text: string, variables: Record<string, string>): string {
  return text.replace(
    /\$\{([A-Z_]+)(?::([^}]*))?\}/g,
    (whole, name: string, fallback?: string) => variables[name] ?? fallback ?? whole,
  );
}
