import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";
import {
  ensureIntermediate,
  ensureRoot,
  INTERMEDIATE_TTL_SECONDS,
  type PkiHome,
  PROBE,
  ROOT_TTL_SECONDS,
} from "./ensure-pki.ts";

/** Bindings of a root and of the intermediate below it. */
export interface SeededAuthorities {
  root: { bindingId: string; mount: string };
  intermediate: { bindingId: string; mount: string };
}

/**
 * A root and an issuing authority in PKI mounts of their own, each rotated by approval. `label` names
 * the mounts. Doing it again changes nothing.
 */
export async function seedAuthorities(
  tenant: string,
  home: PkiHome,
  { label = tenant, graceSeconds = 20 }: { label?: string; graceSeconds?: number } = {},
): Promise<SeededAuthorities> {
  const [rootMount, mount] = [`pki-root-${label}`, `pki-${label}`];
  const [rootName, commonName] = [
    `${label} Root CA`.slice(0, 64),
    `${label} Issuing CA`.slice(0, 64),
  ];
  await ensureRoot(home, rootMount, rootName);
  await ensureIntermediate(home, { mount, rootMount, commonName });
  const caller = systemCaller(tenant, "demo-seed");
  const common = {
    environment: "prod",
    store: "openbao",
    owner: "team-platform",
    currentVersion: 1,
    graceSeconds,
    lastRotatedAt: new Date(),
  } as const;
  const root = await runVerb(bindSecret, caller, {
    ...common,
    name: "root-ca",
    class: "root-ca",
    path: `${rootMount}/issuer/default`,
    rotator: {
      kind: "openbao-pki-root",
      mount: rootMount,
      commonName: rootName,
      ttlSeconds: ROOT_TTL_SECONDS,
      crossSign: true,
      ...PROBE,
    },
  });
  const intermediate = await runVerb(bindSecret, caller, {
    ...common,
    name: "issuing-ca",
    class: "intermediate-ca",
    path: `${mount}/issuer/default`,
    rotator: {
      kind: "openbao-pki-intermediate",
      mount,
      rootMount,
      commonName,
      ttlSeconds: INTERMEDIATE_TTL_SECONDS,
      ...PROBE,
    },
  });
  return {
    root: { ...root, mount: rootMount },
    intermediate: { ...intermediate, mount },
  };
}
