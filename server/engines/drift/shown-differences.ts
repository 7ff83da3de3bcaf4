import type { FieldDifference } from "#server/engines/differ/diff.ts";
import { isObject, type Json } from "#server/engines/differ/json.ts";
import { holdsKnownSecret } from "#server/engines/secret-shapes/holds-known-secret.ts";

const MOST = 200;
const LONGEST = 4_000;
/** Names under which people put secrets where none belong. */
const TELLING =
  /(pass(word|wd|phrase)?|secret|token|credential|private[-_.]?key|api[-_.]?key|connection[-_.]?string)$/i;

/**
 * Differences as they may be stored and shown: values that seem to be secrets are masked, with their
 * equality kept (law 6); long ones are cut; the first of too many stay.
 */
export function shownDifferences(differences: readonly FieldDifference[]): FieldDifference[] {
  const tokens = new Map<string, string>();
  const masked = (value: string) => {
    const token = tokens.get(value) ?? `[masked ${tokens.size + 1}]`;
    tokens.set(value, token);
    return token;
  };
  const shown = (value: Json, name: string): Json => {
    if (typeof value === "string") {
      if (/^\[masked \d+\]$/.test(value)) return value;
      if (TELLING.test(name) || holdsKnownSecret(value)) return masked(value);
      return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
    }
    if (Array.isArray(value)) return value.map((each) => shown(each, name));
    if (isObject(value)) {
      // An environment variable has its name beside its value.
      const own = typeof value.name === "string" && "value" in value ? value.name : null;
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => [
          key,
          shown(each, key === "value" && own !== null ? own : key),
        ]),
      );
    }
    return value;
  };
  return differences.slice(0, MOST).map((difference) => {
    const steps = difference.path.split("/");
    const last = steps.at(-1) ?? "";
    const name = last === "value" ? (steps.at(-2) ?? "") : last;
    return {
      ...difference,
      path: difference.path.slice(0, 2_000),
      ...("desired" in difference ? { desired: cut(shown(difference.desired as Json, name)) } : {}),
      ...("live" in difference ? { live: cut(shown(difference.live as Json, name)) } : {}),
    };
  });
}

function cut(value: Json): Json {
  const text = JSON.stringify(value);
  return text.length > 4 * LONGEST ? `${text.slice(0, LONGEST)}…` : value;
}
