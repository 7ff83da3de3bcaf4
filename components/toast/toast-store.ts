import type { Tone } from "#components/ui/status.tsx";

export interface Toast {
  id: number;
  tone: Tone;
  title: string;
  detail?: string | undefined;
}

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says something at the edge of the page; the oldest go when there are more than four. */
export function showToast(toast: Omit<Toast, "id">): number {
  lastId += 1;
  set([...toasts, { ...toast, id: lastId }].slice(-4));
  return lastId;
}

/** Takes a message away; nothing happens when it has gone already. */
export function dismissToast(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

export function currentToasts(): readonly Toast[] {
  return toasts;
}

export function onToastsChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
