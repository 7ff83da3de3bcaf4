import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contrast, parseOklch, tokensOf } from "./contrast.ts";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
const STATUSES = ["ok", "due", "danger", "unknown", "info"] as const;
const GROUNDS = ["surface", "raised", "sunken", "hover", "selected"] as const;

/** Text on every ground it may stand on: 4.5:1. Edges of controls and the focus ring: 3:1. */
const PROMISES: [foreground: string, ground: string, least: number][] = [
  ...GROUNDS.flatMap((ground): [string, string, number][] => [
    ["ink", ground, 7],
    ["muted", ground, 4.5],
    ["accent", ground, 4.5],
    ...STATUSES.map((status): [string, string, number] => [status, ground, 4.5]),
  ]),
  ...STATUSES.flatMap((status): [string, string, number][] => [
    [status, `${status}-tint`, 4.5],
    ["ink", `${status}-tint`, 7],
    ["muted", `${status}-tint`, 4.5],
  ]),
  ["on-accent", "accent", 4.5],
  ["on-accent", "danger", 4.5],
  ["line-strong", "raised", 3],
  ["line-strong", "surface", 3],
];

describe("contrast", () => {
  it("gives the known ratios of black, white and grey", () => {
    const black = parseOklch("oklch(0 0 0)");
    const white = parseOklch("oklch(1 0 0)");
    expect(contrast(black, white)).toBeCloseTo(21, 1);
    expect(contrast(white, white)).toBeCloseTo(1, 5);
    expect(contrast(parseOklch("oklch(0.5999 0 0)"), white)).toBeCloseTo(3.95, 1);
  });
});

describe.each([":root", '[data-theme="dark"]'])("tokens of %s", (selector) => {
  const tokens = tokensOf(css, selector);

  it("defines the same opaque colours as the other theme", () => {
    expect([...tokens.keys()]).toEqual([...tokensOf(css, ":root").keys()]);
    expect(tokens.size).toBe(21);
  });

  it.each(PROMISES)("%s on %s reaches %d:1", (foreground, ground, least) => {
    const [one, other] = [tokens.get(foreground), tokens.get(ground)];
    if (!one || !other) throw new Error(`token ${foreground} or ${ground} is missing`);
    expect(contrast(one, other)).toBeGreaterThanOrEqual(least);
  });
});
