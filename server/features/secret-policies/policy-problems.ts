import type { PolicyProblem } from "#server/engines/secret-policy/policy.ts";
import { AppError } from "#server/platform/errors/app-error.ts";

/** Every problem of a text in one refusal, each with its line and field. */
export function refusedText(field: string, problems: readonly PolicyProblem[]): AppError {
  const lines = problems.map(
    (problem) =>
      `line ${problem.line}: ${[problem.field, problem.message].filter(Boolean).join(" ")}`,
  );
  return new AppError("invalid", `${field}: ${lines.join("\n")}`, {
    field,
    remedy: "Nothing was saved. Correct these lines and save again.",
  });
}
