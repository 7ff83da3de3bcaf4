import type { DriftObject } from "#server/engines/drift/finding.ts";

/** `Deployment shop/web`, as people write it. */
export function objectName({ kind, namespace, name }: Omit<DriftObject, "apiVersion">): string {
  return `${kind} ${namespace === null ? "" : `${namespace}/`}${name}`;
}

/** A name keeps its own direction in a sentence of the other one (Unicode UAX #9, LRI and PDI). */
export function isolated(text: string): string {
  return `\u2066${text}\u2069`;
}
