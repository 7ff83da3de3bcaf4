import type { AppErrorDetails } from "./app-error.ts";

/** What a schema said of a field, in other languages: `must say why` is `refusals.input.must-say-why`. */
export function inputSaid(words: string, field: string): NonNullable<AppErrorDetails["said"]> {
  return { key: `input.${keyOf(words)}`, args: { field } };
}

function keyOf(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
