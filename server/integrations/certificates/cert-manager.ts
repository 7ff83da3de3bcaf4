import { z } from "zod";
import { CertificateError } from "./certificate-error.ts";

/** A cert-manager `Certificate` object, as far as its age and its renewal go. */
export interface ManagedCertificate {
  namespace: string;
  name: string;
  secretName: string;
  issuer: { kind: string; name: string };
  /** Null until the first issuance. */
  notBefore: Date | null;
  notAfter: Date | null;
  renewalTime: Date | null;
  /** Counts issuances; null until the first. */
  revision: number | null;
  isReady: boolean;
  /** Why it isn't ready, or why it is, in cert-manager's word. */
  readyReason: string | null;
  isIssuing: boolean;
  failedAttempts: number;
  lastFailureAt: Date | null;
}

/** A change for the Kubernetes API; whoever holds a client sends it. */
export interface KubernetesPatch {
  method: "PATCH";
  path: string;
  contentType: "application/merge-patch+json";
  body: object;
}

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const Condition = z.looseObject({
  type: z.string(),
  status: z.enum(["True", "False", "Unknown"]),
  reason: z.string().optional(),
  lastTransitionTime: z.string().optional(),
});
const CertificateObject = z.object({
  apiVersion: z.literal("cert-manager.io/v1"),
  kind: z.literal("Certificate"),
  metadata: z.object({
    name: z.string().min(1),
    namespace: z.string().min(1),
    generation: z.number().int().optional(),
    resourceVersion: z.string().optional(),
  }),
  spec: z.object({
    secretName: z.string(),
    issuerRef: z.object({ name: z.string(), kind: z.string().default("Issuer") }),
  }),
  status: z
    .object({
      notBefore: time.optional(),
      notAfter: time.optional(),
      renewalTime: time.optional(),
      revision: z.number().int().optional(),
      failedIssuanceAttempts: z.number().int().optional(),
      lastFailureTime: time.optional(),
      conditions: z.array(Condition).default([]),
    })
    .default({ conditions: [] }),
});

/** Throws `malformed` for what is no such object. */
export function readManagedCertificate(object: unknown): ManagedCertificate {
  const { metadata, spec, status } = parse(object);
  const ready = status.conditions.find(({ type }) => type === "Ready");
  const issuing = status.conditions.find(({ type }) => type === "Issuing");
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    secretName: spec.secretName,
    issuer: { kind: spec.issuerRef.kind, name: spec.issuerRef.name },
    notBefore: status.notBefore ?? null,
    notAfter: status.notAfter ?? null,
    renewalTime: status.renewalTime ?? null,
    revision: status.revision ?? null,
    isReady: ready?.status === "True",
    readyReason: ready?.reason ?? null,
    isIssuing: issuing?.status === "True",
    failedAttempts: status.failedIssuanceAttempts ?? 0,
    lastFailureAt: status.lastFailureTime ?? null,
  };
}

/**
 * What `cmctl renew` does: the condition `Issuing` becomes true. Null when it is so already. With the
 * object's resource version in it, a change in between is a 409 instead of a lost condition.
 */
export function renewalPatch(object: unknown, now: Date): KubernetesPatch | null {
  const { metadata, status } = parse(object);
  const before = status.conditions.find(({ type }) => type === "Issuing");
  if (before?.status === "True") return null;
  const issuing = {
    type: "Issuing",
    status: "True",
    reason: "ManuallyTriggered",
    message: "Certificate re-issuance manually triggered",
    lastTransitionTime: now.toISOString().replace(/\.\d+Z$/, "Z"),
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
  };
  const others = status.conditions.filter(({ type }) => type !== "Issuing");
  const { namespace, name, resourceVersion } = metadata;
  const [inNamespace, named] = [namespace, name].map(encodeURIComponent);
  return {
    method: "PATCH",
    path: `/apis/cert-manager.io/v1/namespaces/${inNamespace}/certificates/${named}/status`,
    contentType: "application/merge-patch+json",
    body: {
      ...(resourceVersion ? { metadata: { resourceVersion } } : {}),
      status: { conditions: [...others, issuing] },
    },
  };
}

/** Whether a renewal asked for at `before` is through: another issuance, ready, and nothing under way. */
export function hasRenewed(before: ManagedCertificate, after: ManagedCertificate): boolean {
  return after.isReady && !after.isIssuing && (after.revision ?? 0) > (before.revision ?? 0);
}

function parse(object: unknown) {
  const parsed = CertificateObject.safeParse(object);
  if (!parsed.success) throw new CertificateError("malformed", "cert-manager Certificate");
  return parsed.data;
}
