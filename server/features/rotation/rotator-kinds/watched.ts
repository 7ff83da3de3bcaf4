import { z } from "zod";
import { path } from "./names.ts";

const kubernetesName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "must be the name of a Kubernetes object");

/** cert-manager renews it; the console reads when, and asks for it sooner. */
export const CertManager = z.object({
  kind: z.literal("cert-manager"),
  namespace: kubernetesName,
  certificate: kubernetesName,
});
export type CertManager = z.infer<typeof CertManager>;

/** A PEM file below the worker's folder of certificates. */
export const CertificateFile = z.object({ kind: z.literal("certificate-file"), file: path });
export type CertificateFile = z.infer<typeof CertificateFile>;

/** An SVID that the workload's platform renews every few minutes: PEM or JWT in a file below that folder. */
export const SpiffeSvid = z.object({
  kind: z.literal("spiffe-svid"),
  spiffeId: z.string().max(2_048).startsWith("spiffe://"),
  form: z.enum(["x509", "jwt"]),
  file: path,
});
export type SpiffeSvid = z.infer<typeof SpiffeSvid>;

/** Passwords that the users of a realm change themselves: what the realm demands of them is shown. */
export const RealmPasswords = z.object({
  kind: z.literal("realm-passwords"),
  realm: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, "must be the name of a realm"),
  /** Keycloak, and where the vault keeps an account that may look at the realm. Absent: nobody looks. */
  admin: z.object({ url: z.url({ protocol: /^https?$/ }), accountPath: path }).optional(),
});
export type RealmPasswords = z.infer<typeof RealmPasswords>;

/** What something else renews while the console watches. */
export const WatchedRotator = z.discriminatedUnion("kind", [
  CertManager,
  CertificateFile,
  SpiffeSvid,
  RealmPasswords,
]);
export type WatchedRotator = z.infer<typeof WatchedRotator>;
