import type { z } from "zod";
import type { BindSecretInput } from "#server/features/rotation/schema.ts";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";
import { demoSvid } from "../cluster/demo-svid.ts";

const DAY_MILLIS = 86_400_000;
const QUARTER_DAYS = 90;

/**
 * What the console does not rotate itself: a certificate of the demo's cluster, the passwords of the
 * tenant's users, and for the Sovereign what only people can change. Doing it again changes nothing.
 */
export async function seedOwnWays(
  tenant: string,
  sovereign: string,
  /** Whether the demo writes workload identities to files. */
  hasIdentities: boolean,
): Promise<void> {
  const all = [
    ...watched(tenant),
    archiveKeys(tenant),
    ...(hasIdentities ? [identity(sovereign, tenant)] : []),
    ...(tenant === sovereign ? CEREMONIES : []),
  ];
  for (const each of all) await runVerb(bindSecret, systemCaller(tenant, "demo-seed"), each);
}

type Binding = z.input<typeof BindSecretInput>;

function watched(tenant: string): Binding[] {
  const common = {
    environment: "prod",
    owner: "team-platform",
    currentVersion: null,
    lastRotatedAt: null,
  } as const;
  return [
    {
      ...common,
      name: "storefront-certificate",
      class: "tls-certificate",
      store: "kubernetes",
      path: `${tenant}-prod/storefront`,
      rotator: {
        kind: "cert-manager",
        namespace: `${tenant}-prod`,
        certificate: "storefront",
      },
    },
    {
      ...common,
      name: "user-passwords",
      class: "user-password",
      store: "keycloak",
      path: `${tenant}/users`,
      rotator: { kind: "realm-passwords", realm: tenant },
    },
  ];
}

/** An SVID of five minutes that the demo's cluster writes to a file. */
function identity(sovereign: string, tenant: string): Binding {
  const { file, name, spiffeId } = demoSvid(sovereign, tenant);
  return {
    name: `${name}-identity`,
    class: "workload-identity",
    environment: "prod",
    store: "file",
    path: file,
    owner: "team-platform",
    rotator: { kind: "spiffe-svid", spiffeId, form: "x509", file },
    currentVersion: null,
    lastRotatedAt: null,
  };
}

/** Two keys of a cloud resource that the demo has no door to: people alternate them, with evidence. */
function archiveKeys(tenant: string): Binding {
  return {
    name: "invoice-archive-keys",
    class: "cloud-credential",
    environment: "prod",
    store: "none",
    path: `${tenant}/invoice-archive`,
    owner: "team-finance",
    rotator: {
      kind: "manual",
      intervalDays: QUARTER_DAYS,
      isConfirmed: false,
      instructions: `1. See which of the two keys consumers use: key1 or key2.
2. Make the other one anew in the provider's portal and give it to consumers.
3. When all have moved, make the first one anew as well: nobody knows it any more.
4. Try the old value: it must be refused. Report here with the ticket's number.`,
    },
    currentVersion: null,
    lastRotatedAt: new Date(Date.now() - 64 * DAY_MILLIS),
  };
}

const CEREMONIES: Binding[] = [
  ceremony(
    "openbao-root-token",
    "openbao/root-token",
    81,
    `1. Agree on a time with two officers and a quorum of share holders.
2. On the leader: bao operator generate-root -init, then each holder enters a share.
3. Do what needs the root token, under four eyes and with a recording.
4. Revoke it at once: bao token revoke -self. Check: bao token lookup is refused.
5. File the minutes; report here with their place and SHA-256.`,
  ),
  ceremony(
    "openbao-unseal-shares",
    "openbao/unseal-shares",
    95,
    `1. Call the share holders together; old holders bring their shares.
2. bao operator rekey -init -key-shares=5 -key-threshold=3 with the holders' PGP keys.
3. Each old holder enters a share; hand the new, encrypted shares out.
4. Verify: bao operator rekey -verify with a quorum of the new shares.
5. Old shares are destroyed before witnesses. File the minutes; report here with their place and SHA-256.`,
  ),
];

/** Once a quarter, confirmed by a second officer. */
function ceremony(name: string, path: string, ageDays: number, instructions: string): Binding {
  return {
    name,
    class: "manual",
    environment: "prod",
    store: "none",
    path,
    owner: "security-officers",
    rotator: { kind: "manual", instructions, intervalDays: QUARTER_DAYS, isConfirmed: true },
    currentVersion: null,
    lastRotatedAt: new Date(Date.now() - ageDays * DAY_MILLIS),
  };
}
