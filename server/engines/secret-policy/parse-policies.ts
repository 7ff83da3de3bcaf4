import { isMap, isScalar, LineCounter, parseAllDocuments } from "yaml";
import type { PolicyProblem, SecretPolicy } from "./policy.ts";
import { PolicyReader } from "./policy-reader.ts";

const MAX_BYTES = 1024 * 1024;

/**
 * Reads one or many SecretPolicy documents. Every problem names its line, field and remedy;
 * a text with any problem gives no policies, so that half a policy never applies.
 */
export function parseSecretPolicies(text: string): {
  policies: SecretPolicy[];
  /** The text of each policy, in the same order: without separators, ended by one newline. */
  sources: string[];
  problems: PolicyProblem[];
} {
  if (text.length > MAX_BYTES) {
    return {
      policies: [],
      sources: [],
      problems: [
        { line: 1, field: "", message: `is larger than ${MAX_BYTES / 1024} KiB: split it` },
      ],
    };
  }
  if (text.includes("\0")) {
    const line = text.slice(0, text.indexOf("\0")).split("\n").length;
    const problem = { line, field: "", message: "holds a NUL character" };
    return { policies: [], sources: [], problems: [problem] };
  }
  const lines = new LineCounter();
  const reader = new PolicyReader(lines);
  const policies: SecretPolicy[] = [];
  const sources: string[] = [];
  let end = 0;
  for (const document of parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: true,
    logLevel: "silent",
  })) {
    // From the end of the one before, so that comments above a policy stay with it.
    const source = sourceOf(text.slice(end, document.range[2]));
    end = document.range[2];
    const [error] = document.errors;
    if (error) {
      reader.problems.push({
        line: lines.linePos(error.pos[0]).line,
        field: "",
        message: error.message.split("\n")[0] ?? "is not YAML",
      });
      continue;
    }
    if (isEmpty(document.contents)) continue;
    if (!isMap(document.contents)) {
      reader.problem(document.contents, "", "must be a SecretPolicy object");
      continue;
    }
    const policy = reader.policy(document.contents);
    if (!policy) continue;
    policies.push(policy);
    sources.push(source);
  }
  if (policies.length === 0 && reader.problems.length === 0) {
    reader.problems.push({ line: 1, field: "", message: "holds no SecretPolicy" });
  }
  const doubled = policies.find(
    (each, at) => policies.findIndex((other) => other.name === each.name) !== at,
  );
  if (doubled)
    reader.problems.push({
      line: 1,
      field: "metadata.name",
      message: `"${doubled.name}" is there twice`,
    });
  const { problems } = reader;
  return problems.length === 0
    ? { policies, sources, problems }
    : { policies: [], sources: [], problems };
}

/** Between two separators, or after the last one, there may be nothing. */
function isEmpty(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

function sourceOf(text: string): string {
  const lines = text.split("\n").filter((line) => !/^(---|\.\.\.)\s*$/.test(line));
  return `${lines.join("\n").trim()}\n`;
}
