import { isolated } from "../words/isolated.ts";
import { slugOf } from "../words/slug-of.ts";

/**
 * What is wrong with an event, as a sentence of other languages: `type must be …` of the field `type` is
 * `refusals.input.must-be-…`. A fault is kept as it was said at the time, the field first.
 */
export function faultSaid(
  detail: string,
  field: string | null,
): { key: string; args: { field: string } } {
  const bare = field && detail.startsWith(`${field} `) ? detail.slice(field.length + 1) : detail;
  return { key: `input.${slugOf(bare)}`, args: { field: isolated(field ?? "") } };
}
