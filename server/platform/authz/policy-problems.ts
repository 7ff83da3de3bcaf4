import "server-only";
import * as cedar from "@cedar-policy/cedar-wasm/nodejs";

/** One fault of a policy or of the schema, where it stands. Line and column count from 1. */
export interface PolicyProblem {
  /** `forbid-x.cedar` or `schema.cedarschema`. */
  file: string;
  line: number;
  column: number;
  message: string;
}

export const SCHEMA_FILE = "schema.cedarschema";

/**
 * Every fault of a schema and the policies beside it, strictly: what does not parse, what the types
 * refuse, what can never apply. Cedar reports the last two inside a success. Sorted; empty: sound.
 */
export function policyProblems(
  policies: Readonly<Record<string, string>>,
  schema: string,
): PolicyProblem[] {
  const unparsed = Object.entries(policies).flatMap(([id, text]) => {
    const answer = cedar.checkParsePolicySet({ staticPolicies: { [id]: text } });
    return answer.type === "failure" ? problemsIn(`${id}.cedar`, text, answer.errors) : [];
  });
  const schemaAnswer = cedar.checkParseSchema(schema);
  if (schemaAnswer.type === "failure")
    unparsed.push(...problemsIn(SCHEMA_FILE, schema, schemaAnswer.errors));
  if (unparsed.length > 0) return sorted(unparsed);

  const answer = cedar.validate({
    schema,
    policies: { staticPolicies: { ...policies } },
    validationSettings: { mode: "strict" },
  });
  if (answer.type === "failure") return sorted(problemsIn(SCHEMA_FILE, schema, answer.errors));
  return sorted([
    ...[...answer.validationErrors, ...answer.validationWarnings].flatMap(({ policyId, error }) =>
      problemsIn(`${policyId}.cedar`, policies[policyId] ?? "", [error]),
    ),
    ...problemsIn(SCHEMA_FILE, schema, answer.otherWarnings),
  ]);
}

/** `forbid-x.cedar:3:12: message`, as compilers say it. */
export function problemText({ file, line, column, message }: PolicyProblem): string {
  return `${file}:${line}:${column}: ${message}`;
}

function problemsIn(
  file: string,
  text: string,
  errors: readonly cedar.DetailedError[],
): PolicyProblem[] {
  return errors.map(({ message, help, sourceLocations = [] }) => {
    const [place] = sourceLocations;
    const label = place?.label ? ` (${place.label})` : "";
    const hint = help ? ` (${help})` : "";
    return { file, ...placeOf(text, place?.start ?? 0), message: `${message}${label}${hint}` };
  });
}

/** Cedar counts bytes of UTF-8; people count lines and characters. */
function placeOf(text: string, byteOffset: number): { line: number; column: number } {
  const before = Buffer.from(text, "utf8").subarray(0, byteOffset).toString("utf8");
  const lines = before.split("\n");
  return { line: lines.length, column: [...(lines.at(-1) ?? "")].length + 1 };
}

function sorted(problems: PolicyProblem[]): PolicyProblem[] {
  const key = ({ file, line, column, message }: PolicyProblem) =>
    `${file}\0${String(line).padStart(6, "0")}\0${String(column).padStart(6, "0")}\0${message}`;
  return problems.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
