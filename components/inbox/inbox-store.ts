type Listener = () => void;

const listeners = new Set<Listener>();
let known: { tenantId: string; count: number } | null = null;

/** How many things wait in a tenant's inbox; null until that was asked. One a browser tab. */
export function inboxCount(tenantId: string): number | null {
  return known?.tenantId === tenantId ? known.count : null;
}

export function tellInboxCount(tenantId: string, count: number): void {
  if (known?.tenantId === tenantId && known.count === count) return;
  known = { tenantId, count };
  for (const listener of listeners) listener();
}

export function onInboxCount(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
