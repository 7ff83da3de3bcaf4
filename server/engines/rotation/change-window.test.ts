import { expect, test } from "vitest";
import { type ChangeWindow, isOpen, isTimeZone, nextOpening, openings } from "./change-window.ts";

const at = (text: string) => new Date(text);
const berlin = (start: string, end: string, days = [7]): ChangeWindow => ({
  days,
  start,
  end,
  timeZone: "Europe/Berlin",
});

test("a window over midnight belongs to the day on which it opens", () => {
  const friday = berlin("22:00", "04:00", [5]);
  expect(isOpen([friday], at("2026-01-09T21:30:00Z"))).toBe(true);
  expect(isOpen([friday], at("2026-01-10T02:59:59Z"))).toBe(true);
  expect(isOpen([friday], at("2026-01-10T03:00:00Z"))).toBe(false);
  expect(isOpen([friday], at("2026-01-08T22:30:00Z"))).toBe(false);
});

test("none is always, and the same start and end is a whole day", () => {
  expect(isOpen([], at("2026-01-09T21:30:00Z"))).toBe(true);
  const [day] = openings(
    [berlin("00:00", "00:00")],
    at("2026-01-10T23:30:00Z"),
    at("2026-01-11T23:00:00Z"),
  );
  expect(day).toEqual({
    opensAt: at("2026-01-10T23:00:00Z"),
    closesAt: at("2026-01-11T23:00:00Z"),
  });
});

test("where clocks go forward the window loses the hour that does not exist", () => {
  // 29 March 2026: 02:00 becomes 03:00.
  const [opening] = openings(
    [berlin("01:00", "04:00")],
    at("2026-03-28T12:00:00Z"),
    at("2026-03-29T12:00:00Z"),
  );
  expect(opening).toEqual({
    opensAt: at("2026-03-29T00:00:00Z"),
    closesAt: at("2026-03-29T02:00:00Z"),
  });
  const [shifted] = openings(
    [berlin("02:15", "02:45")],
    at("2026-03-28T12:00:00Z"),
    at("2026-03-29T12:00:00Z"),
  );
  expect(shifted).toEqual({
    opensAt: at("2026-03-29T01:15:00Z"),
    closesAt: at("2026-03-29T01:45:00Z"),
  });
});

test("a start that does not exist never ends before it begins", () => {
  // 02:30 is 03:30 that day, and the window would end at 03:00.
  const gap = berlin("02:30", "03:00");
  expect(openings([gap], at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z"))).toEqual([]);
  expect(nextOpening([gap], at("2026-03-28T12:00:00Z"))?.opensAt).toEqual(
    at("2026-04-05T00:30:00Z"),
  );
});

test("where clocks go back the window has the hour twice", () => {
  const [opening] = openings(
    [berlin("01:00", "04:00")],
    at("2026-10-24T12:00:00Z"),
    at("2026-10-25T12:00:00Z"),
  );
  expect(opening).toEqual({
    opensAt: at("2026-10-24T23:00:00Z"),
    closesAt: at("2026-10-25T03:00:00Z"),
  });
});

test("the next opening is one that has not begun", () => {
  const window = berlin("01:00", "04:00");
  expect(nextOpening([window], at("2026-01-11T01:00:00Z"))?.opensAt).toEqual(
    at("2026-01-18T00:00:00Z"),
  );
  expect(nextOpening([], at("2026-01-11T01:00:00Z"))).toBeNull();
});

test.each([
  ["Asia/Muscat", true],
  ["UTC", true],
  ["Mars/Olympus", false],
  ["+04:00", false],
  ["", false],
])("%s is a zone: %s", (name, is) => {
  expect(isTimeZone(name)).toBe(is);
});
