import { slugOf } from "#server/engines/words/slug-of.ts";
import type { AppErrorDetails } from "./app-error.ts";

/** What a schema said of a field, in other languages: `must say why` is `refusals.input.must-say-why`. */
export function inputSaid(words: string, field: string): NonNullable<AppErrorDetails["said"]> {
  return { key: `input.${slugOf(words)}`, args: { field } };
}
