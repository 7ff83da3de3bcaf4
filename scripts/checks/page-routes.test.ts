import { expect, test } from "vitest";
import { pageRoutes, sampleAddress } from "./page-routes.ts";

test("routes leave groups out and keep parameters", () => {
  const pages = ["app/(console)/t/[tenant]/audit/page.tsx", "app/page.tsx"];
  expect(pageRoutes(pages)).toEqual(["/", "/t/[tenant]/audit"]);
  expect(() => pageRoutes([])).toThrow("prove nothing");
});

test("an address needs a sample of each parameter", () => {
  expect(sampleAddress("/t/[tenant]/x/[...rest]", { tenant: "acme", rest: "a" })).toBe(
    "/t/acme/x/a",
  );
  expect(() => sampleAddress("/t/[tenant]/[id]", { tenant: "acme" })).toThrow("[id]");
});
