import type { z } from "zod";
import type { NoteFoundInput, RecordDiscoveryInput } from "#server/features/discovery/schema.ts";
import { KeyVaultError } from "#server/integrations/azure-key-vault/key-vault-error.ts";
import { KubernetesError } from "#server/integrations/kubernetes/kubernetes-call.ts";
import { SnapshotError } from "#server/integrations/kubernetes/snapshot-error.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";

type Record = RecordDiscoveryInput;

/** What reading one source came to; a failed one may still have seen something. */
export interface Reading {
  sources: Record["sources"];
  whole: Record["whole"];
  found: z.input<typeof NoteFoundInput>["found"];
  references: Record["references"];
}

export interface Failure {
  code: string;
  text: string;
}

/** Why a source could not be read whole, in words without values. Other errors are ours: thrown on. */
export function failureOf(error: unknown): Failure {
  if (error instanceof OpenBaoError || error instanceof KeyVaultError) {
    const oddity = error instanceof OpenBaoError ? error.oddity : null;
    return { code: oddity ?? error.failure, text: error.message.slice(0, 1_000) };
  }
  if (error instanceof SnapshotError || error instanceof KubernetesError) {
    return { code: error.failure, text: error.message.slice(0, 1_000) };
  }
  throw error;
}

export function together(readings: readonly Reading[]): Reading {
  return {
    sources: readings.flatMap((each) => each.sources),
    whole: readings.flatMap((each) => each.whole),
    found: readings.flatMap((each) => each.found),
    references: readings.flatMap((each) => each.references),
  };
}

/** What a path of the tenant's own is called, and its environment where the path says it. */
export function namedBy(tenant: string, path: string) {
  const [, second = "", ...more] = path.split("/");
  const environment = ENVIRONMENTS.find((each) => each === second);
  const rest = environment ? more : [second, ...more];
  const name = path.startsWith(`${tenant}/`) && rest.length > 0 ? rest.join("/") : path;
  return { name: (name || path).slice(-200), environment };
}

const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];
/** Where nothing says it: the strictest. */
export const UNKNOWN_ENVIRONMENT: Environment = "prod";
