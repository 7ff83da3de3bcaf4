import { expect, test } from "vitest";
import { leasesQueryOf } from "./lease-url.ts";

test.each([
  [{}, {}],
  [
    { workload: "jobs", show: "all" },
    { workload: "jobs", show: "all" },
  ],
  [{ show: "everything" }, {}],
  [{ workload: "x".repeat(200) }, { workload: "x".repeat(120) }],
])("%j asks for %j", (params, query) => {
  expect(leasesQueryOf(params)).toEqual(query);
});
