/**
 * What events are kept for how long is said by class. The least is what a bank owes: five years of records where
 * they prove who did what to a payment service (PSD2 art. 21), twelve months of audit trail elsewhere (PCI DSS 10.5.1).
 */
export const RETENTION_CLASSES = {
  access: { defaultDays: 1_826, leastDays: 1_826, source: "PSD2 art. 21" },
  secrets: { defaultDays: 1_826, leastDays: 1_826, source: "PSD2 art. 21" },
  deployments: { defaultDays: 1_826, leastDays: 1_826, source: "PSD2 art. 21" },
  governance: { defaultDays: 3_652, leastDays: 1_826, source: "PSD2 art. 21" },
  isolation: { defaultDays: 1_095, leastDays: 365, source: "PCI DSS 10.5.1" },
  received: { defaultDays: 730, leastDays: 365, source: "PCI DSS 10.5.1" },
  operations: { defaultDays: 730, leastDays: 365, source: "PCI DSS 10.5.1" },
} as const satisfies Record<string, { defaultDays: number; leastDays: number; source: string }>;

export type RetentionClass = keyof typeof RETENTION_CLASSES;
export const RETENTION_CLASS_NAMES = Object.keys(RETENTION_CLASSES) as [
  RetentionClass,
  ...RetentionClass[],
];
/** A hundred years: longer is a mistake. */
export const MOST_DAYS = 36_525;

const CLASS_OF_AREA: Record<string, RetentionClass> = {
  access: "access",
  identity: "access",
  elevation: "access",
  "break-glass": "access",
  reviews: "access",
  denials: "access",
  secrets: "secrets",
  rotations: "secrets",
  leases: "secrets",
  incidents: "secrets",
  stores: "secrets",
  targets: "secrets",
  deployments: "deployments",
  environments: "deployments",
  admission: "deployments",
  approvals: "governance",
  policies: "governance",
  tenants: "governance",
  audit: "governance",
  compliance: "governance",
  evidence: "governance",
  isolation: "isolation",
  drift: "isolation",
  remediations: "isolation",
  quotas: "isolation",
  received: "received",
};

/** What was destroyed, and by whom it was asked for, is itself kept as long as the log, under no data key. */
export const RECORDS = "records";

/** The class of an event by its type (`runtime.<area>.<what>`). What is of no other is of operations. */
export function retentionClassOf(type: string): RetentionClass | typeof RECORDS {
  if (type.startsWith("runtime.retention.")) return RECORDS;
  return CLASS_OF_AREA[type.split(".")[1] ?? ""] ?? "operations";
}

/** The month of a time, as `YYYY-MM-01`: one data key a class and month. */
export function periodOf(at: Date): string {
  return `${at.toISOString().slice(0, 7)}-01`;
}

/** When everything of a month is older than its class is kept. */
export function expiryOf(period: string, days: number): Date {
  const end = new Date(`${period}T00:00:00Z`);
  end.setUTCMonth(end.getUTCMonth() + 1);
  return new Date(end.getTime() + days * 86_400_000);
}

/** This month and the next: a key is there before its month begins. */
export function periodsToOpen(now: Date): string[] {
  const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
  return [periodOf(now), periodOf(next)];
}
