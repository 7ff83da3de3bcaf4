/** Kinds of credential that a SecretPolicy may rule (DESIGN §2). */
export const CREDENTIAL_KINDS = [
  "database-credential",
  "dynamic-database-credential",
  "api-token",
  "oauth-client-secret",
  "signing-key",
  "root-ca",
  "intermediate-ca",
  "tls-certificate",
  "cloud-credential",
  "user-password",
  "manual",
] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** Ruled by the platform alone: a policy that names them is refused with the reason. */
export const FIXED_KINDS: Record<string, string> = {
  "workload-identity":
    "workload identities (SPIFFE SVIDs) live 5 minutes and rotate by themselves; this is not configurable",
};

/** Roles that `requireApproval` may name. */
export const APPROVER_ROLES = ["security-officer", "sovereign-admin", "org-admin"] as const;
export type ApproverRole = (typeof APPROVER_ROLES)[number];

export interface SecretPolicyRule {
  kind: CredentialKind;
  /** Seconds, or the literal for certificates that cert-manager renews on its own terms. */
  maxTtl: number | "cert-manager-managed";
  autoRotate: boolean;
  /** How long before the limit a rotation begins by itself; seconds. */
  rotateBeforeSeconds: number;
  requireApproval: readonly ApproverRole[];
  /** 1-based line of the rule in its file. */
  line: number;
}

export interface SecretPolicy {
  name: string;
  /** All must be on the organization; none means every organization. */
  organizationLabels: Readonly<Record<string, string>>;
  rules: readonly SecretPolicyRule[];
}

export interface PolicyProblem {
  line: number;
  /** `spec.rules[1].maxTTL` */
  field: string;
  message: string;
}
