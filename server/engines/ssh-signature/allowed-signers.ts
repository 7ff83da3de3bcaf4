import { type SshPublicKey, sshPublicKey } from "./ssh-public-key.ts";
import { SshFormatError } from "./ssh-wire.ts";

/** One line of an allowed-signers file (ssh-keygen(1), ALLOWED SIGNERS). */
export interface AllowedSigner {
  /** As the file says it, e.g. `platform@example.om`. */
  principal: string;
  key: SshPublicKey;
  /** The namespaces it may sign in; null for any. */
  namespaces: readonly string[] | null;
  validAfter: Date | null;
  validBefore: Date | null;
}

/** A line that can't be understood: nobody is allowed by a file with one. */
export class AllowedSignersError extends Error {}

const KEY = /^(?:ssh-|ecdsa-|sk-)\S+$/;

/** Reads the file. Throws AllowedSignersError naming the line. */
export function allowedSigners(text: string): AllowedSigner[] {
  return text.split(/\r?\n/).flatMap((line, at) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return [];
    try {
      return [signerOf(trimmed)];
    } catch (error) {
      const why = error instanceof SshFormatError ? error.message : "it can't be understood";
      throw new AllowedSignersError(`line ${at + 1}: ${why}`);
    }
  });
}

function signerOf(line: string): AllowedSigner {
  const words = wordsOf(line);
  const at = words.findIndex((word, index) => index > 0 && KEY.test(word));
  const [principal, encoded] = [words[0], words[at + 1]];
  if (at < 1 || at > 2 || !principal || !encoded) {
    throw new SshFormatError("must be principals, options if any, the key's type and the key");
  }
  const options = new Map(at === 2 ? optionsOf(words[1] ?? "") : []);
  const blob = Buffer.from(encoded, "base64");
  for (const name of options.keys()) {
    if (!["namespaces", "valid-after", "valid-before"].includes(name)) {
      throw new SshFormatError(`the option ${name.slice(0, 40)} is not understood`);
    }
  }
  return {
    principal: principal.replaceAll('"', ""),
    key: sshPublicKey(blob),
    namespaces: options.get("namespaces")?.split(",") ?? null,
    validAfter: dateOf(options.get("valid-after")),
    validBefore: dateOf(options.get("valid-before")),
  };
}

/** Words are apart by blanks, but not within double quotes. */
function wordsOf(line: string): string[] {
  return line.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
}

function optionsOf(word: string): [string, string][] {
  return (word.match(/(?:"[^"]*"|[^,"])+/g) ?? []).map((option) => {
    const [name = "", ...value] = option.split("=");
    return [name.toLowerCase(), value.join("=").replaceAll('"', "")];
  });
}

/** `YYYYMMDD[Z]` or `YYYYMMDDHHMM[SS][Z]`; without `Z` too it is read as UTC: the file means the same everywhere. */
function dateOf(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const [, y, mo, d, h = "00", mi = "00", s = "00"] =
    /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z?$/.exec(text) ?? [];
  const date = new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  if (Number.isNaN(date.getTime())) throw new SshFormatError(`${text.slice(0, 30)} is no date`);
  return date;
}
