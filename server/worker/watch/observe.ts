import "server-only";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { WatchedRotator } from "#server/features/rotation/schema.ts";
import type { Observation } from "#server/features/rotation/watched/schema.ts";
import { readManagedCertificate } from "#server/integrations/certificates/cert-manager.ts";
import { certificateAge } from "#server/integrations/certificates/certificate-age.ts";
import { CertificateError } from "#server/integrations/certificates/certificate-error.ts";
import {
  type CertificateFacts,
  readCertificateFile,
} from "#server/integrations/certificates/read-certificates.ts";
import { readJwtSvid, readX509Svid } from "#server/integrations/certificates/svid.ts";
import { KeycloakAdminError } from "#server/integrations/keycloak-admin/keycloak-admin-error.ts";
import { readRealmPolicy } from "#server/integrations/keycloak-admin/realm-policy.ts";
import { serviceAccountToken } from "#server/integrations/keycloak-admin/service-account-token.ts";
import { KubernetesError } from "#server/integrations/kubernetes/kubernetes-call.ts";
import { SnapshotError } from "#server/integrations/kubernetes/snapshot-error.ts";
import { unreadOf } from "#server/integrations/kubernetes/unread-of.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { OutsideTrouble, type Trouble } from "../rotation/outside-trouble.ts";
import type { WatchSources } from "./watch-sources.ts";

const CERT_MANAGER = "cert-manager.io";

type Kind<K extends WatchedRotator["kind"]> = Extract<WatchedRotator, { kind: K }>;

/** Reads what a source says of a credential: what it saw, or why it could not. */
export async function observe(
  sources: WatchSources,
  rotator: WatchedRotator,
): Promise<{ observation: Observation } | { trouble: Trouble }> {
  try {
    return { observation: await read(sources, rotator) };
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble) return { trouble };
    throw error;
  }
}

function read(sources: WatchSources, rotator: WatchedRotator): Promise<Observation> {
  switch (rotator.kind) {
    case "cert-manager":
      return managed(sources, rotator);
    case "certificate-file":
      return fromFile(sources, rotator);
    case "spiffe-svid":
      return svid(sources, rotator);
    case "realm-passwords":
      return realmPasswords(sources, rotator);
  }
}

async function managed(sources: WatchSources, rotator: Kind<"cert-manager">): Promise<Observation> {
  const object = await objectOf(sources, rotator);
  const found = readManagedCertificate(object);
  const { notBefore, notAfter, renewalTime } = found;
  return {
    notBefore,
    notAfter,
    renewsAt: renewalTime,
    facts: {
      secretName: found.secretName,
      issuer: `${found.issuer.kind}/${found.issuer.name}`,
      revision: found.revision,
      isReady: found.isReady,
      readyReason: found.readyReason,
      isIssuing: found.isIssuing,
      failedAttempts: found.failedAttempts,
    },
  };
}

async function objectOf(
  { certificates, clusters }: WatchSources,
  { namespace, certificate }: Kind<"cert-manager">,
): Promise<unknown> {
  const what = `the Certificate ${namespace}/${certificate}`;
  if (certificates) {
    const found = await certificates.read(namespace, certificate);
    if (found === null) throw trouble("absent", `The cluster has not ${what}.`);
    return found;
  }
  if (clusters.length === 0) {
    throw trouble(
      "not_configured",
      "The worker can read no cluster: set KUBERNETES_API, CLUSTERS_FILE or KUBERNETES_SNAPSHOT_DIR.",
    );
  }
  const read = await Promise.all(
    clusters.map(async (each) => ({ name: each.name, ...(await each.read()) })),
  );
  const found = read.flatMap(({ name, manifests }) =>
    manifests
      .filter(
        ({ kind, apiVersion, metadata }) =>
          kind === "Certificate" &&
          apiVersion.startsWith(`${CERT_MANAGER}/`) &&
          metadata.name === certificate &&
          metadata.namespace === namespace,
      )
      .map((manifest) => ({ name, manifest })),
  );
  const [first, ...more] = found;
  if (more.length > 0) {
    const names = found.map(({ name }) => name).join(", ");
    const remedy = "name one cluster's API in KUBERNETES_API";
    throw trouble("ambiguous", `Several clusters have ${what} (${names}): ${remedy}.`);
  }
  if (first) return first.manifest;
  for (const each of read) {
    const [unread] = unreadOf(each, [`${CERT_MANAGER}/Certificate`]);
    if (unread) {
      throw trouble("unreadable", `Certificates of ${each.name} can't be read: ${unread.reason}`);
    }
  }
  throw trouble("absent", `No cluster has ${what}.`);
}

async function fromFile(
  sources: WatchSources,
  { file }: Kind<"certificate-file">,
): Promise<Observation> {
  const [leaf] = await readCertificateFile(pathOf(sources, file));
  if (!leaf) throw new CertificateError("absent", "certificate file");
  return fromCertificate(leaf);
}

async function svid(sources: WatchSources, rotator: Kind<"spiffe-svid">): Promise<Observation> {
  const text = await readText(pathOf(sources, rotator.file));
  const read =
    rotator.form === "x509" ? readX509Svid(text) : readJwtSvid(SecretValue.of(text.trim()));
  if (read.spiffeId !== rotator.spiffeId) {
    throw trouble("another_identity", "The file holds the identity of another workload.");
  }
  if ("serialNumber" in read) {
    const seen = fromCertificate(read);
    return { ...seen, facts: { spiffeId: read.spiffeId, ...seen.facts } };
  }
  return {
    notBefore: read.issuedAt,
    notAfter: read.expiresAt,
    renewsAt: null,
    facts: { spiffeId: read.spiffeId, audience: read.audience.join(", ") },
  };
}

async function realmPasswords(
  { vault }: WatchSources,
  { realm, admin }: Kind<"realm-passwords">,
): Promise<Observation> {
  if (!admin) {
    throw trouble(
      "not_configured",
      "The console may not look at this realm: its reference names no account for that.",
    );
  }
  const found = await vault.kv.read(admin.accountPath);
  const { client_id: id, client_secret: secret } = found.kind === "found" ? found.fields : {};
  if (!id || !secret) throw trouble("account_missing", "The vault has no account for this realm.");
  const base = admin.url.replace(/\/+$/, "");
  const tokenEndpoint = `${base}/realms/${encodeURIComponent(realm)}/protocol/openid-connect/token`;
  const account = { tokenEndpoint, clientId: id.reveal(), clientSecret: async () => secret };
  const policy = await readRealmPolicy({ url: base, realm, token: serviceAccountToken(account) });
  return { notBefore: null, notAfter: null, renewsAt: null, facts: { ...policy } };
}

function fromCertificate(leaf: CertificateFacts): Observation {
  const { notBefore, notAfter } = leaf;
  return {
    notBefore,
    notAfter,
    renewsAt: certificateAge({ notBefore, notAfter }, notBefore).renewAt,
    facts: {
      subject: leaf.subject,
      issuer: leaf.issuer,
      serialNumber: leaf.serialNumber,
      sha256: leaf.sha256,
      dnsNames: leaf.dnsNames.join(", ").slice(0, 2_000),
    },
  };
}

function pathOf({ certificatesDir }: WatchSources, file: string): string {
  if (certificatesDir) return join(certificatesDir, file);
  throw trouble(
    "not_configured",
    "The worker has no folder of certificates: set CERTIFICATES_DIR.",
  );
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const isGone = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new CertificateError(isGone ? "absent" : "unreadable", "SVID file");
  }
}

function trouble(errorCode: string, errorText: string): OutsideTrouble {
  return new OutsideTrouble({ errorCode, errorText });
}

function troubleOf(error: unknown): Trouble | null {
  if (error instanceof OutsideTrouble) return error.trouble;
  const named =
    error instanceof CertificateError ||
    error instanceof KubernetesError ||
    error instanceof KeycloakAdminError ||
    error instanceof OpenBaoError
      ? error
      : null;
  if (named) return { errorCode: named.failure, errorText: named.message };
  return error instanceof SnapshotError
    ? { errorCode: "snapshot_unreadable", errorText: error.message.slice(0, 500) }
    : null;
}
