import { z } from "zod";

/** SLSA provenance: the versions that are read. */
export const PROVENANCE_TYPES = [
  "https://slsa.dev/provenance/v1",
  "https://slsa.dev/provenance/v0.2",
] as const;
const IN_TOTO = ["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"] as const;
export const IN_TOTO_PAYLOAD = "application/vnd.in-toto+json";

const Schema = z.object({
  _type: z.enum(IN_TOTO),
  subject: z
    .array(z.object({ name: z.string().optional(), digest: z.record(z.string(), z.string()) }))
    .min(1)
    .max(1_000),
  predicateType: z.string().min(1).max(500),
  predicate: z.record(z.string(), z.unknown()).nullish(),
});

/** What an attestation says, of which images (https://github.com/in-toto/attestation). */
export interface Statement {
  readonly predicateType: string;
  /** `sha256:…`, of subjects that have one. */
  readonly digests: readonly string[];
  /** Null where it is no SLSA provenance, or names none. */
  readonly builder: string | null;
  readonly source: { readonly repository: string; readonly ref: string | null } | null;
}

/** Reads a DSSE payload. Throws where it is no in-toto statement. */
export function readStatement(payload: Uint8Array): Statement {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(payload);
  const { predicateType, subject, predicate } = Schema.parse(JSON.parse(text));
  const isProvenance = PROVENANCE_TYPES.some((type) => type === predicateType);
  return {
    predicateType,
    digests: subject.flatMap(({ digest }) => (digest.sha256 ? [`sha256:${digest.sha256}`] : [])),
    builder: isProvenance ? builderOf(predicateType, predicate ?? {}) : null,
    source: isProvenance ? sourceOf(predicateType, predicate ?? {}) : null,
  };
}

function builderOf(type: string, predicate: Record<string, unknown>): string | null {
  const from = type === PROVENANCE_TYPES[0] ? at(predicate, "runDetails") : predicate;
  return textAt(at(from, "builder"), "id");
}

/**
 * The source as the build types of SLSA v1 name it (`workflow` of GitHub and Gitea Actions, `source` of
 * GitLab and others), or `configSource` of v0.2. What stands in neither is not guessed.
 */
function sourceOf(type: string, predicate: Record<string, unknown>): Statement["source"] {
  if (type !== PROVENANCE_TYPES[0]) {
    return sourceOfUri(textAt(at(at(predicate, "invocation"), "configSource"), "uri"));
  }
  const parameters = at(at(predicate, "buildDefinition"), "externalParameters");
  const workflow = at(parameters, "workflow");
  const repository = textAt(workflow, "repository");
  if (repository !== null) return { repository, ref: textAt(workflow, "ref") };
  const source = at(parameters, "source");
  return sourceOfUri(typeof source === "string" ? source : textAt(source, "uri"));
}

/** `git+https://host/path@ref` as of the SPDX download location. */
function sourceOfUri(uri: string | null): Statement["source"] {
  if (uri === null) return null;
  const bare = uri.startsWith("git+") ? uri.slice(4) : uri;
  const mark = bare.lastIndexOf("@");
  const host = bare.indexOf("/", bare.indexOf("://") + 3);
  if (mark === -1 || mark < host) return { repository: bare, ref: null };
  return { repository: bare.slice(0, mark), ref: bare.slice(mark + 1) };
}

function at(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

function textAt(value: unknown, key: string): string | null {
  const found = at(value, key);
  return typeof found === "string" && found !== "" ? found : null;
}
