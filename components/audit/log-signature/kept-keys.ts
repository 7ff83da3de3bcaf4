import type { KeptKey } from "./judge-head.ts";

/** The keys of one log that this browser keeps, and how it came by the first of them. */
export interface KeptLogKeys {
  readonly keys: readonly KeptKey[];
  /** ISO time at which the first one was taken. */
  readonly since: string;
  /** `seen`: the first that the console showed here; `given`: by its reader, who got it elsewhere. */
  readonly by: "seen" | "given";
}

const place = (tenantId: string) => `console-log-keys:${tenantId}`;

/** What this browser keeps of a tenant's log; undefined before its first look, or when it was spoilt. */
export function keptLogKeys(tenantId: string): KeptLogKeys | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(place(tenantId)) ?? "null");
    return isKept(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

export function keepLogKeys(tenantId: string, kept: KeptLogKeys): void {
  localStorage.setItem(place(tenantId), JSON.stringify(kept));
}

function isKept(kept: Partial<KeptLogKeys> | null): kept is KeptLogKeys {
  return (
    Array.isArray(kept?.keys) &&
    kept.keys.length > 0 &&
    kept.keys.every(
      ({ vkey, firstSize }) => typeof vkey === "string" && /^\d{1,20}$/.test(firstSize),
    ) &&
    typeof kept.since === "string" &&
    (kept.by === "seen" || kept.by === "given")
  );
}
