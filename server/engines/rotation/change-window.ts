import { Temporal } from "temporal-polyfill";

/** Days of the week (ISO: 1 = Monday) with start and end on the clock of a named zone. */
export interface ChangeWindow {
  days: readonly number[];
  /** `HH:MM` */
  start: string;
  /** `HH:MM`; not after `start`: the window ends on the day after. */
  end: string;
  /** IANA, e.g. `Asia/Muscat`. */
  timeZone: string;
}

/** One opening of a window: from `opensAt`, until just before `closesAt`. */
export interface Opening {
  opensAt: Date;
  closesAt: Date;
}

/** A day either way, and the length of a window over midnight. */
const MARGIN_DAYS = 2;

/** Whether the zone's name is one that we have the clock changes of. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Every opening that ends after `from` and begins before `until`, in order. Clocks that are put
 * forward take the missing hour out of a window, clocks put back give it the hour twice; a time that
 * does not exist is the one that follows it.
 */
export function openings(windows: readonly ChangeWindow[], from: Date, until: Date): Opening[] {
  const found = windows.flatMap((window) => openingsOf(window, from, until));
  return found.sort(
    (a, b) =>
      a.opensAt.getTime() - b.opensAt.getTime() || a.closesAt.getTime() - b.closesAt.getTime(),
  );
}

/** Whether something may change now: some window is open, or there are none. */
export function isOpen(windows: readonly ChangeWindow[], now: Date): boolean {
  return windows.length === 0 || openings(windows, now, after(now, 1)).length > 0;
}

/** When the next window opens after `now`; null when there are none. */
export function nextOpening(windows: readonly ChangeWindow[], now: Date): Opening | null {
  // Every window opens once a week at least; a clock change can take out one opening.
  const coming = openings(windows, now, after(now, 15 * DAY_MILLIS));
  return coming.find((each) => each.opensAt > now) ?? null;
}

const DAY_MILLIS = 86_400_000;

function after(from: Date, millis: number): Date {
  return new Date(from.getTime() + millis);
}

function openingsOf(window: ChangeWindow, from: Date, until: Date): Opening[] {
  const dayOf = (at: Date) =>
    Temporal.Instant.fromEpochMilliseconds(at.getTime())
      .toZonedDateTimeISO(window.timeZone)
      .toPlainDate();
  const last = dayOf(until).add({ days: MARGIN_DAYS });
  const found: Opening[] = [];
  let day = dayOf(from).subtract({ days: MARGIN_DAYS });
  for (; Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    if (!window.days.includes(day.dayOfWeek)) continue;
    const opening = openingOn(window, day);
    if (opening.closesAt > from && opening.opensAt < until) found.push(opening);
  }
  return found.filter((each) => each.opensAt < each.closesAt);
}

function openingOn({ start, end, timeZone }: ChangeWindow, day: Temporal.PlainDate): Opening {
  const at = (date: Temporal.PlainDate, plainTime: string) =>
    new Date(date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds);
  return { opensAt: at(day, start), closesAt: at(end <= start ? day.add({ days: 1 }) : day, end) };
}
