/** Kinds of credential (DESIGN §2). */
export const SECRET_CLASSES = [
  "database-credential",
  "dynamic-database-credential",
  "api-token",
  "oauth-client-secret",
  "signing-key",
  "root-ca",
  "intermediate-ca",
  "tls-certificate",
  "cloud-credential",
  "workload-identity",
  "user-password",
  "manual",
] as const;

export type SecretClass = (typeof SECRET_CLASSES)[number];

/** What the SecretPolicy demands of a kind of credential. */
export interface SecretRule {
  /** Age limit of a value; null = no limit of ours. */
  maxTtlSeconds: number | null;
  /** How long before the limit a rotation starts by itself. */
  rotateBeforeSeconds: number;
  autoRotate: boolean;
  /** Roles that must approve a rotation. */
  requireApproval: readonly string[];
  /** Whether a tenant's own policy may change it. */
  isConfigurable: boolean;
  /** Who changes the value when we don't. */
  managedBy: "console" | "cert-manager" | "workload-identity" | "user" | "nobody";
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const BY_APPROVAL = { autoRotate: false, requireApproval: ["security-officer"] };

const RULES: Record<SecretClass, SecretRule> = {
  "database-credential": automatic(HOUR, 5 * MINUTE),
  "dynamic-database-credential": automatic(HOUR, 5 * MINUTE),
  "api-token": automatic(90 * DAY, 7 * DAY),
  "oauth-client-secret": automatic(90 * DAY, 7 * DAY),
  "signing-key": { ...automatic(365 * DAY, 30 * DAY), ...BY_APPROVAL },
  "root-ca": { ...automatic(365 * DAY, 30 * DAY), ...BY_APPROVAL },
  "intermediate-ca": { ...automatic(365 * DAY, 30 * DAY), ...BY_APPROVAL },
  "cloud-credential": automatic(90 * DAY, 7 * DAY),
  "tls-certificate": { ...automatic(90 * DAY, 30 * DAY), managedBy: "cert-manager" },
  "workload-identity": {
    ...automatic(5 * MINUTE, MINUTE),
    isConfigurable: false,
    managedBy: "workload-identity",
  },
  "user-password": unlimited("user"),
  manual: unlimited("nobody"),
};

/** The rule of a kind of credential that no policy names (DESIGN §2). */
export function defaultRule(secretClass: SecretClass): SecretRule {
  return RULES[secretClass];
}

/** When the next rotation starts by itself; null when none does. */
export function nextRotationAfter(rule: SecretRule, rotatedAt: Date): Date | null {
  if (rule.maxTtlSeconds === null || !rule.autoRotate) return null;
  const seconds = rule.maxTtlSeconds - rule.rotateBeforeSeconds;
  return new Date(rotatedAt.getTime() + seconds * 1000);
}

function automatic(maxTtlSeconds: number, rotateBeforeSeconds: number): SecretRule {
  return {
    maxTtlSeconds,
    rotateBeforeSeconds,
    autoRotate: true,
    requireApproval: [],
    isConfigurable: true,
    managedBy: "console",
  };
}

function unlimited(managedBy: SecretRule["managedBy"]): SecretRule {
  return { ...automatic(0, 0), maxTtlSeconds: null, autoRotate: false, managedBy };
}
