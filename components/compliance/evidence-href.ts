import type { EvidenceKind } from "#server/engines/compliance/check.ts";

const PAGES: Partial<Record<EvidenceKind, (id: string) => string>> = {
  "secret-binding": (id) => `/rotations/${id}`,
  rotation: (id) => `/audit?q=${encodeURIComponent(`payload.rotationId:${id}`)}`,
  "leak-incident": (id) => `/incidents?incident=${id}`,
  "discovery-source": () => "/bindings",
  approval: (id) => `/audit?q=${encodeURIComponent(`subject:approval-request/${id}`)}`,
  "elevation-grant": (id) => `/access?grant=${id}`,
  "environment-policy": () => "/deployments/environments",
  "running-service": () => "/deployments",
  "break-glass-use": () => "/access/break-glass",
  "access-campaign": () => "/access/reviews",
  "access-item": () => "/access/reviews",
  "access-directory": () => "/access/reviews",
  "isolation-cell": (id) => {
    const [environment, layer] = id.split(".");
    return `/isolation?environment=${environment}&cell=${layer}`;
  },
  "drift-finding": (id) => `/drift?finding=${id}`,
  "drift-cluster": () => "/drift",
  quota: () => "/quotas",
  "log-audit": () => `/audit?q=${encodeURIComponent("type:runtime.compliance.log-audited")}`,
  sink: (id) => `/delivery?sink=${id}`,
  "dead-letter": () => "/delivery?tab=letters",
  "retention-act": () => "/retention",
  "audit-event": (id) => `/audit?event=${id}`,
  checkpoint: () => "/audit",
  witness: () => "/audit",
  "security-key": () => "/security-keys",
  alert: () => "/alerts",
  "webhook-endpoint": () => "/alerts?tab=webhooks",
  region: () => "/regions",
};

/** The page where a piece of evidence is shown; null for what has no page. */
export function evidenceHref(tenantId: string, kind: EvidenceKind, id: string): string | null {
  const page = PAGES[kind];
  return page ? `/t/${tenantId}${page(id)}` : null;
}
