import { expect, it } from "vitest";
import { wholeObject } from "./whole-object.ts";

const SECRET = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "db", uid: "1", managedFields: [] },
  stringData: { password: "hunter2" },
  status: {},
};

it("is one difference, without book-keeping and without values", () => {
  expect(wholeObject("live", SECRET)).toEqual([
    {
      path: "",
      kind: "extra",
      live: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "db" },
        data: { password: "[masked 1]" },
      },
    },
  ]);
  expect(wholeObject("desired", SECRET)[0]).toMatchObject({ path: "", kind: "missing" });
});

it("a very long one is left out", () => {
  const long = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {},
    data: { a: "x".repeat(20_000) },
  };
  expect(wholeObject("live", long)).toEqual([]);
});
