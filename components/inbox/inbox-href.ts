import type { InboxItem } from "#server/features/inbox/schema.ts";

/** Where an item is read and decided. */
export function inboxHref(tenantId: string, { kind, id, where }: InboxItem): string {
  const base = `/t/${tenantId}`;
  if (where) return `${base}/deployments/${where.deploymentId}`;
  if (kind === "break-glass-review") return `${base}/access/break-glass?use=${id}`;
  if (kind === "access-review") return `${base}/access/reviews?campaign=${id}`;
  return `${base}/inbox?approval=${id}`;
}
