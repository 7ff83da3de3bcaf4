import type { Json } from "#server/engines/differ/json.ts";

/**
 * Controls, line separators and marks that turn the direction of text round: shown as escapes, so that what
 * stands on screen is what is there (https://trojansource.codes).
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/;

/** Words that YAML 1.1 or 1.2 reads as something else than text. */
const WORD = /^(~|null|true|false|yes|no|on|off|y|n|\.nan|[-+]?\.inf)$/i;
const PLAIN = /^([A-Za-z0-9_./($]|--?[A-Za-z])[^\n\t#]*$/;

/** Whether a text may stand as it is, without quotes. */
function isPlain(text: string): boolean {
  return (
    PLAIN.test(text) &&
    !WORD.test(text) &&
    // Whatever begins like a number, a date or a time is quoted: it may be read as one.
    !/^[-+.]?[0-9][0-9_.,:eExXoOa-fA-FT+-]*$/.test(text) &&
    !/:(\s|$)|\s#|\s$/.test(text) &&
    !UNSEEN.test(text)
  );
}

/** Whether a text is shown line by line, as a block. */
export function isBlock(text: string): boolean {
  return text.includes("\n") && !UNSEEN.test(text) && !/^[\n\s]/.test(text) && !/\t/.test(text);
}

/** `|`, `|-` or `|+` by the line ends after the last line. */
export function blockSign(text: string): string {
  return text.endsWith("\n\n") ? "|+" : text.endsWith("\n") ? "|" : "|-";
}

/** The lines of a block, without the one that its sign stands for. */
export function blockLines(text: string): string[] {
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

/** A key or a value on one line of YAML. */
export function yamlScalar(value: Exclude<Json, object> | null): string {
  if (typeof value !== "string") return String(value);
  return isPlain(value) ? value : quoted(value);
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(new RegExp(UNSEEN.source, "g"), (sign) => {
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
