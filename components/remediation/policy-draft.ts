import type { PolicySpec } from "#server/features/remediation/schema.ts";

/** A remediation policy as it is being written. */
export interface PolicyDraft {
  mode: PolicySpec["mode"];
  safeKinds: string;
  mostPerHour: string;
  breakerCount: string;
  breakerHours: string;
}

export function draftOfPolicy(spec: PolicySpec): PolicyDraft {
  return {
    mode: spec.mode,
    safeKinds: spec.safeKinds.join("\n"),
    mostPerHour: String(spec.mostPerHour),
    breakerCount: String(spec.breakerCount),
    breakerHours: String(Math.max(1, Math.round(spec.breakerWindowSeconds / 3_600))),
  };
}

export type PolicyProblem =
  | { field: "safeKinds"; why: "missing" | "secret" }
  | { field: "safeKinds"; why: "bad"; line: number }
  | { field: "mostPerHour" | "breakerCount" | "breakerHours"; why: "wrong" };

const KIND = /^[A-Z][A-Za-z0-9]{0,100}(\.[a-z0-9.-]{1,150})?$/;

/** What the draft says, or what is wrong with it, field by field, as the verb would. */
export function policyOf(draft: PolicyDraft): PolicySpec | { problems: PolicyProblem[] } {
  const lines = draft.safeKinds.split("\n").map((line) => line.trim());
  const safeKinds = [...new Set(lines.filter(Boolean))];
  const problems: PolicyProblem[] = [];
  const bad = lines.findIndex((line) => line !== "" && !KIND.test(line));
  if (bad >= 0) problems.push({ field: "safeKinds", why: "bad", line: bad + 1 });
  else if (draft.mode === "auto" && safeKinds.length === 0)
    problems.push({ field: "safeKinds", why: "missing" });
  else if (draft.mode === "auto" && safeKinds.some((kind) => /^Secret($|\.)/.test(kind)))
    problems.push({ field: "safeKinds", why: "secret" });
  const number = (
    field: "mostPerHour" | "breakerCount" | "breakerHours",
    from: number,
    to: number,
  ) => {
    const text = draft[field].trim();
    const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= from && value <= to)) problems.push({ field, why: "wrong" });
    return value;
  };
  const spec: PolicySpec = {
    mode: draft.mode,
    safeKinds,
    mostPerHour: number("mostPerHour", 0, 1_000),
    breakerCount: number("breakerCount", 1, 20),
    breakerWindowSeconds: number("breakerHours", 1, 744) * 3_600,
  };
  return problems.length > 0 ? { problems } : spec;
}
