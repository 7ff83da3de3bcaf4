import type { Manifest } from "./read-manifests.ts";

export function record(value: unknown): Record<string, unknown> {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord ? (value as Record<string, unknown>) : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function dateOf(value: unknown): Date | null {
  if (typeof value !== "string") return value instanceof Date ? value : null;
  const millis = Date.parse(value);
  return Number.isNaN(millis) ? null : new Date(millis);
}

export function namespaceOf(manifest: Manifest): string {
  return manifest.metadata.namespace ?? "default";
}
