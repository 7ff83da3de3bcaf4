import { isHiddenValue } from "#server/engines/kubernetes/hidden-value.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";

/**
 * Replaces every value of Secrets by a token, the same for the same value on every side, so that
 * equality can be told and nothing else. What has an unexpected shape is replaced whole.
 */
export function maskSecrets(
  sides: readonly (JsonObject | undefined)[],
): (JsonObject | undefined)[] {
  const tokens = new Map<string, string>();
  const token = (value: string) => {
    let found = tokens.get(value);
    if (found === undefined) {
      found = `[masked ${tokens.size + 1}]`;
      tokens.set(value, found);
    }
    return found;
  };
  return sides.map((side) => (side?.kind === "Secret" ? masked(side, token) : side));
}

function masked(secret: JsonObject, token: (value: string) => string): JsonObject {
  const { data, stringData, ...rest } = secret;
  for (const whole of [data, stringData]) {
    if (whole !== undefined && isHiddenValue(whole)) return { ...rest, data: whole };
  }
  const values: JsonObject = {};
  put(data, (value) => `utf8:${decoded(value)}`);
  // stringData wins over data, as on the API server.
  put(stringData, (value) => `utf8:${value}`);
  return { ...rest, ...(Object.keys(values).length > 0 ? { data: values } : {}) };

  function put(source: Json | undefined, canonical: (value: string) => string): void {
    if (source === undefined || source === null) return;
    if (!isObject(source)) {
      values["[unreadable]"] = token(`json:${JSON.stringify(source)}`);
      return;
    }
    for (const [key, value] of Object.entries(source)) {
      if (isHiddenValue(value)) {
        values[key] = value;
        continue;
      }
      values[key] = token(
        typeof value === "string" ? canonical(value) : `json:${JSON.stringify(value)}`,
      );
    }
  }
}

/** Base64 as bytes in latin-1, so that equal bytes have equal text, whatever the line breaks. */
function decoded(value: string): string {
  return Buffer.from(value, "base64").toString("utf8");
}
