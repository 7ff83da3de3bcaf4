/** The stretch of time that a text names: `2026-11` is a month, an instant is its millisecond. */
export interface Moment {
  readonly from: number;
  /** Exclusive. */
  readonly until: number;
}

const UNIT_MILLIS = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;
const DATE_TIME =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?([Zz]|[+-]\d\d:?\d\d)?)?)?)?$/;

/**
 * Reads `7d` (s, m, h, d, w ago), `now`, `today`, `yesterday`, and ISO 8601 dates and times of any
 * precision, in UTC unless they name an offset. `now` in milliseconds. Undefined: not a moment.
 */
export function parseMoment(text: string, now: number): Moment | undefined {
  const word = text.toLowerCase();
  const midnight = now - (((now % UNIT_MILLIS.d) + UNIT_MILLIS.d) % UNIT_MILLIS.d);
  if (word === "now") return instant(now);
  if (word === "today") return { from: midnight, until: midnight + UNIT_MILLIS.d };
  if (word === "yesterday") return { from: midnight - UNIT_MILLIS.d, until: midnight };
  const ago = /^(\d{1,6})([smhdw])$/.exec(word);
  if (ago)
    return instant(
      Math.max(0, now - Number(ago[1]) * UNIT_MILLIS[ago[2] as keyof typeof UNIT_MILLIS]),
    );
  return parseDateTime(text);
}

function instant(at: number): Moment {
  return { from: at, until: at + 1 };
}

function parseDateTime(text: string): Moment | undefined {
  const found = DATE_TIME.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second, fraction, offset] = found;
  const parts = [year, month ?? "01", day ?? "01", hour ?? "00", minute ?? "00", second ?? "00"];
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts.map(Number);
  const local = Date.UTC(
    y,
    mo - 1,
    d,
    h,
    mi,
    s,
    Number((fraction ?? "").slice(0, 3).padEnd(3, "0")),
  );
  // Date.UTC takes the 31st of June for the 1st of July: only what reads back is a date.
  const readBack = new Date(local).toISOString().slice(0, 19);
  if (readBack !== `${parts.slice(0, 3).join("-")}T${parts.slice(3).join(":")}`) return undefined;
  const shift = offsetMillis(offset);
  if (shift === undefined || y < 1970 || y > 9998) return undefined;
  return { from: local - shift, until: endOf(local, found) - shift };
}

function endOf(
  start: number,
  [, , month, day, hour, minute, second, fraction]: RegExpExecArray,
): number {
  if (fraction !== undefined) return start + 1;
  if (second !== undefined) return start + 1_000;
  if (minute !== undefined) return start + 60_000;
  if (hour !== undefined) return start + 3_600_000;
  if (day !== undefined) return start + UNIT_MILLIS.d;
  const date = new Date(start);
  if (month !== undefined) return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  return Date.UTC(date.getUTCFullYear() + 1, 0);
}

function offsetMillis(offset: string | undefined): number | undefined {
  if (offset === undefined || offset.toUpperCase() === "Z") return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  return (offset[0] === "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
