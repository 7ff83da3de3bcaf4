import type { FieldDifference } from "#server/engines/differ/diff.ts";
import type { JsonObject } from "#server/engines/differ/json.ts";
import { maskSecrets } from "#server/engines/differ/mask-secrets.ts";
import { normalize } from "#server/engines/differ/normalize.ts";

/** Longer ones are looked at where they are: nobody reads them in a list of findings. */
const LONGEST = 12_000;

/**
 * An object that is on one side alone, as the one difference that it is: without status and book-keeping,
 * values of Secrets masked. None for a very long one.
 */
export function wholeObject(side: "desired" | "live", object: JsonObject): FieldDifference[] {
  const [shown] = maskSecrets([normalize(object)]);
  if (!shown || JSON.stringify(shown).length > LONGEST) return [];
  return side === "desired"
    ? [{ path: "", kind: "missing", desired: shown }]
    : [{ path: "", kind: "extra", live: shown }];
}
