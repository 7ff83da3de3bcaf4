import { canonicalJson, type JsonValue } from "../canonical-json/canonical-json.ts";
import { parseUint64 } from "../merkle/bytes.ts";

/** A line of `events/` (with an envelope) or `payloads/` (without). */
export interface PackLine {
  readonly index: bigint;
  readonly envelope?: JsonValue;
  readonly payload: JsonValue;
  /** Hexadecimal. */
  readonly salt: string | null;
  readonly state: string;
}

/** The lines of a file; one that is not exactly what this program writes is a fault and left out. */
export function readPackLines(
  path: string,
  content: Uint8Array,
  kind: "events" | "payloads",
  fault: (text: string) => void,
): PackLine[] {
  const text = Buffer.from(content).toString("utf8");
  if (!text.endsWith("\n")) fault(`${path} is cut off`);
  const names =
    kind === "events" ? "envelope,index,payload,salt,state" : "index,payload,salt,state";
  return text
    .replace(/\n$/, "")
    .split("\n")
    .flatMap((line, at) => {
      try {
        const said = JSON.parse(line) as Record<string, JsonValue>;
        const { index, envelope, payload = null, salt = null, state } = said;
        const isLine =
          canonicalJson(said) === line &&
          Object.keys(said).join(",") === names &&
          typeof index === "string" &&
          typeof state === "string" &&
          (salt === null || (typeof salt === "string" && /^([0-9a-f]{2}){8,64}$/.test(salt)));
        if (!isLine) throw new Error("not a line of a pack");
        const read = { index: parseUint64(index), payload, salt, state };
        return [envelope === undefined ? read : { ...read, envelope }];
      } catch {
        fault(`${path}: line ${at + 1} can't be read`);
        return [];
      }
    });
}
