import "server-only";
import { z } from "zod";
import {
  type ReadDocument,
  readDocuments,
  type TextProblem,
} from "#server/engines/catalyst-documents/read-documents.ts";
import { parsePolicyDuration } from "#server/engines/secret-policy/policy-duration.ts";
import { BindSecretInput } from "../schema.ts";
import type { Asked } from "./plan-binding.ts";

const MAX_DOCUMENTS = 500;

/** A `SecretBinding` document's `spec`: what `bindSecret` takes, in the words of YAML. */
const BindingSpec = BindSecretInput.omit({ name: true }).extend({
  store: BindSecretInput.shape.store.default("openbao"),
  currentVersion: BindSecretInput.shape.currentVersion.default(null),
  graceSeconds: z.undefined("is written as grace, e.g. 24h").optional(),
  grace: z
    .string("must be a duration such as 24h")
    .transform((text, context) => {
      const seconds = text === "0" ? 0 : parsePolicyDuration(text);
      if (seconds !== undefined && seconds <= 30 * 86_400) return seconds;
      context.addIssue({ code: "custom", message: "must be a duration such as 24h, 30d at most" });
      return z.NEVER;
    })
    .default(86_400),
  lastRotatedAt: z.iso
    .datetime({ offset: true, error: "must be a time such as 2026-11-22T08:00:00Z" })
    .transform((text) => new Date(text))
    .nullable()
    .default(null),
});

export interface ParsedBinding {
  asked: Asked;
  /** Where a field of `bindSecret` stands in the text, and what the document calls it. */
  locate(field: string): { line: number; field: string };
}

/** Reads SecretBinding documents. A text with any problem gives none: half an import never applies. */
export function parseBindings(text: string): {
  bindings: ParsedBinding[];
  problems: TextProblem[];
} {
  const { documents, problems } = readDocuments(text, "SecretBinding", MAX_DOCUMENTS);
  const bindings = documents.flatMap((document) => parseOne(document, problems) ?? []);
  const seen = new Map<string, ParsedBinding>();
  for (const binding of bindings) {
    const place = `${binding.asked.store} ${binding.asked.path}`;
    const first = seen.get(place);
    if (first) {
      problems.push({
        ...binding.locate("path"),
        message: `is bound already, in line ${first.locate("path").line}`,
      });
    } else seen.set(place, binding);
  }
  problems.sort((a, b) => a.line - b.line);
  return { bindings: problems.length === 0 ? bindings : [], problems };
}

function parseOne(document: ReadDocument, problems: TextProblem[]): ParsedBinding | undefined {
  const locate = (field: string) => {
    const path = field === "name" ? ["metadata", "name"] : ["spec", ...field.split(".")];
    return { line: document.lineOf(path), field: path.join(".") };
  };
  const before = problems.length;
  const parsed = BindingSpec.safeParse(document.spec);
  const name = BindSecretInput.shape.name.safeParse(document.name);
  if (!name.success) {
    problems.push({ ...locate("name"), message: "must be 1 to 200 characters" });
  }
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      problems.push({ ...locate(issue.path.join(".")), message: wordsOf(issue, document.spec) });
    }
    return undefined;
  }
  for (const path of unknownFields(document.spec, parsed.data)) {
    problems.push({ ...locate(path), message: "is not known here" });
  }
  if (problems.length > before) return undefined;
  const { grace, graceSeconds: _, ...rest } = parsed.data;
  return { asked: { ...rest, name: document.name, graceSeconds: grace }, locate };
}

/** What is wrong, with the words that are allowed. */
function wordsOf(issue: z.core.$ZodIssue, spec: unknown): string {
  const given = valueAt(spec, issue.path);
  if (given === undefined && issue.code !== "custom") return "is missing";
  if (issue.code === "invalid_value")
    return `must be one of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "invalid_union") {
    const kinds = BindSecretInput.shape.rotator.options.map((one) => one.shape.kind.value);
    return `must be one of ${kinds.join(", ")}`;
  }
  return issue.message;
}

/** A misspelt field must not be ignored in silence: it may be the one that matters. */
function unknownFields(raw: unknown, parsed: unknown, path: readonly string[] = []): string[] {
  if (Array.isArray(raw) || !isRecord(raw) || !isRecord(parsed)) return [];
  return Object.entries(raw).flatMap(([key, value]) =>
    key in parsed ? unknownFields(value, parsed[key], [...path, key]) : [[...path, key].join(".")],
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === "object" && at !== null ? at[step as keyof typeof at] : undefined),
    value,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !(value instanceof Date);
}
