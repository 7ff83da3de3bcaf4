import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import type { PkiSuccession } from "#server/integrations/openbao/pki-succession.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";

export interface PkiHome {
  client: OpenBaoClient;
  address: string;
  token: SecretValue;
}

const YEAR_SECONDS = 365 * 86_400;

/** The role of a mount that new issuers are tried with, and the name of its leaves. */
export const PROBE = { role: "rotation-probe", probeName: "rotation-probe.internal" };
export const ROOT_TTL_SECONDS = 10 * YEAR_SECONDS;
export const INTERMEDIATE_TTL_SECONDS = 2 * YEAR_SECONDS;

/** A PKI mount with a root of its own. Doing it again changes nothing. */
export async function ensureRoot(home: PkiHome, mount: string, commonName: string): Promise<void> {
  const pki = await ensureMount(home, mount);
  if (await pki.issuers.issuer("default")) return;
  const ttlSeconds = ROOT_TTL_SECONDS;
  await pki.issuers.generateRoot({ issuerName: "first", commonName, ttlSeconds });
}

/** A PKI mount whose authority the root of another signed. Doing it again changes nothing. */
export async function ensureIntermediate(
  home: PkiHome,
  { mount, rootMount, commonName }: { mount: string; rootMount: string; commonName: string },
): Promise<void> {
  const pki = await ensureMount(home, mount);
  if (await pki.issuers.issuer("default")) return;
  const root = home.client.pkiSuccession(rootMount);
  const csr = await pki.csrFor({ name: "first", commonName });
  const chain = await root.sign("default", csr, {
    commonName,
    ttlSeconds: INTERMEDIATE_TTL_SECONDS,
  });
  await pki.issuers.setSignedIntermediate(chain, "first");
  await pki.issuers.setDefault("first");
}

async function ensureMount(home: PkiHome, mount: string): Promise<PkiSuccession> {
  const mounts = await home.client.system.mounts();
  if (!mounts.some(({ path }) => path === mount)) {
    await post(home, `sys/mounts/${mount}`, { type: "pki" });
    await post(home, `sys/mounts/${mount}/tune`, { max_lease_ttl: `${11 * YEAR_SECONDS}s` });
    await post(home, `${mount}/roles/${PROBE.role}`, {
      allowed_domains: [PROBE.probeName],
      allow_bare_domains: true,
      max_ttl: "5m",
      key_type: "ec",
      key_bits: 256,
    });
  }
  return home.client.pkiSuccession(mount);
}

async function post({ address, token }: PkiHome, path: string, body: unknown): Promise<void> {
  const answer = await fetch(new URL(`/v1/${path}`, address), {
    method: "POST",
    headers: { "x-vault-token": token.reveal(), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
}
