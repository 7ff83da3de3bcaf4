import { describe, expect, it } from "vitest";
import { screenBreaches } from "./screen-rules.ts";

const problems = (jsx: string) =>
  screenBreaches("x.tsx", `export const X = () => ${jsx};`).map((breach) => breach.problem);

describe("text outside messages", () => {
  it.each([
    ["<p>Hello there</p>"],
    ['<p>{"Hello there"}</p>'],
    ['<input aria-label="Name" />'],
    ['<input placeholder={"Name"} />'],
    ["<p>مرحبا</p>"],
  ])("finds it in %s", (jsx) => {
    expect(problems(jsx)).toHaveLength(1);
    expect(problems(jsx)[0]).toContain("messages/en");
  });

  it.each([
    ['<p className="grid gap-2">{t("hello")}</p>'],
    ["<p>{count} / {limit}</p>"],
    ['<input type="text" name={"reason"} />'],
    ['<time dateTime={at}>{"…"}</time>'],
  ])("leaves %s alone", (jsx) => {
    expect(problems(jsx)).toEqual([]);
  });
});

describe("style and sides", () => {
  it("finds a style attribute", () => {
    expect(problems("<p style={{ color }} />")[0]).toContain("CSP");
  });

  it.each(["ml-4", "sm:pr-2", "text-left", "-mr-1", "border-l", "left-0", "rounded-tl"])(
    "finds the physical side in %s",
    (name) => {
      expect(problems(`<p className="grid ${name}" />`)[0]).toContain("physical side");
    },
  );

  it.each([
    "ms-4",
    "text-start",
    "border-s",
    "start-0",
    "mx-auto",
    "arrow-left-right",
    "overflow-x-auto",
  ])("leaves %s alone", (name) => {
    expect(problems(`<p className="${name}" />`)).toEqual([]);
  });
});

it("names file and line, and refuses what does not parse", () => {
  expect(screenBreaches("a.tsx", "\n\nexport const X = <p>Hello</p>;")[0]).toMatchObject({
    file: "a.tsx",
    line: 3,
  });
  expect(() => screenBreaches("a.tsx", "export const = ;")).toThrow(/does not parse/);
});
