import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type Command, EXIT, UsageError } from "../command.ts";
import { wrapForImport } from "../wrap-for-import.ts";

const KEY_BYTES = 32;

/** Wraps an organization's own key for the import on the page Retention. Needs no console and no network. */
export const keysWrapCommand: Command = {
  usage: "keys wrap --wrapping-key F --key F",
  summary:
    "a 32-byte key (raw, hexadecimal or base64) for the import key of the page Retention (PEM); prints what is pasted there",
  async run(args, { out }) {
    const { values } = parseArgs({
      args: [...args],
      options: { "wrapping-key": { type: "string" }, key: { type: "string" } },
    });
    if (!values["wrapping-key"] || !values.key) {
      throw new UsageError("Name --wrapping-key and --key.");
    }
    const wrappingKey = await readFile(values["wrapping-key"], "utf8");
    const stored = await readFile(values.key);
    const key = keyIn(stored);
    try {
      if (!key) throw new UsageError(`${values.key} is no key of ${KEY_BYTES} bytes.`);
      out(wrapForImport(wrappingKey, key));
    } finally {
      key?.fill(0);
      stored.fill(0);
    }
    return EXIT.fine;
  },
};

/** The bytes themselves, or their text. Undefined for anything else: its words never say what was there. */
function keyIn(stored: Buffer): Buffer | undefined {
  if (stored.length === KEY_BYTES) return Buffer.from(stored);
  const text = stored.toString("latin1").trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
  return /^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, "base64") : undefined;
}
