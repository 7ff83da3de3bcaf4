import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { ForcePreview } from "#server/features/rotation/bulk-schema.ts";
import common from "../../messages/en/common.json" with { type: "json" };
import rotations from "../../messages/en/rotations.json" with { type: "json" };
import { BulkRotateForm } from "./bulk-rotate-form.tsx";
import { BulkRotateResult } from "./bulk-rotate-result.tsx";

const PREVIEW: ForcePreview = {
  asOf: new Date(),
  matching: 1_205,
  rotatable: 1_000,
  needApproval: 12,
  outsideWindow: 0,
  isTooMany: false,
  byClass: [
    {
      class: "api-token",
      matching: 1_205,
      rotatable: 1_000,
      needApproval: 12,
      obstacles: [
        { why: "running", count: 5 },
        { why: "not-automatic", count: 200 },
      ],
    },
  ],
  bindingIds: [],
};

function textOf(node: React.ReactNode): string {
  return renderToStaticMarkup(
    <NextIntlClientProvider locale="en" messages={{ common, rotations }} timeZone="UTC">
      {node}
    </NextIntlClientProvider>,
  );
}
const form = (change: Partial<ForcePreview> = {}) =>
  textOf(
    <BulkRotateForm
      preview={{ ...PREVIEW, ...change }}
      isBusy={false}
      problem={null}
      onCancel={() => undefined}
      onConfirm={() => undefined}
    />,
  );

describe("what is shown before many rotations", () => {
  it("says how many, why the others not, and what has to be typed", () => {
    const html = form();
    expect(html).toContain("<strong>1,205</strong> credentials pass the filter");
    expect(html).toContain("5 being rotated already");
    expect(html).toContain("200 not rotated by the console");
    expect(html).toContain("12 of them wait for another person");
    expect(html).toContain("Type 1,000 to confirm");
    expect(html).toContain("Rotate 1,000");
    expect(html).not.toContain('type="checkbox"');
  });

  it("asks for a word of its own when change windows are closed", () => {
    const html = form({ outsideWindow: 7 });
    expect(html).toContain('type="checkbox"');
    expect(html).toContain("Also rotate the 7 whose environment has no open change window");
  });

  it.each([
    ["too many", { isTooMany: true }, "One act rotates 1,000 at most"],
    ["none", { rotatable: 0, needApproval: 0, byClass: [] }, "<strong>0</strong> can be rotated"],
  ])("offers nothing to press for %s", (_, change, words) => {
    const html = form(change);
    expect(html).toContain(words);
    expect(html).not.toContain('type="submit"');
  });
});

it("the result names who was refused and why", () => {
  const refused = [{ bindingId: "b", name: "orders-db", why: "A rotation is under way." }];
  const html = textOf(
    <BulkRotateResult result={{ opened: 3, asked: 1, refused }} onClose={() => undefined} />,
  );
  expect(html).toContain("3 rotations have begun; 1 wait for an approval.");
  expect(html).toContain("orders-db");
  expect(html).toContain("A rotation is under way.");
});
