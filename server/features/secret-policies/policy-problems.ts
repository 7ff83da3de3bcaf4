import type { PolicyProblem } from "#server/engines/secret-policy/policy.ts";
import { lineSaid } from "#server/engines/words/line-said.ts";
import { AppError } from "#server/platform/errors/app-error.ts";

/** Every problem of a text in one refusal, each with its line and field. */
export function refusedText(field: string, problems: readonly PolicyProblem[]): AppError {
  const found = problems.map(({ line, field: at, message }) => ({
    line,
    what: [at, message].filter(Boolean).join(" "),
  }));
  const lines = found.map(({ line, what }) => `line ${line}: ${what}`);
  return new AppError("invalid", `${field}: ${lines.join("\n")}`, {
    field,
    said: { key: "lines.policies", parts: { lines: found.map(lineSaid) } },
    remedy: "Nothing was saved. Correct these lines and save again.",
  });
}
