import { expect, test } from "vitest";
import { changedFields } from "./changed-fields.ts";

test.each([
  [{ a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 }, []],
  [{ a: 1 }, { a: 2 }, [{ path: "/a", kind: "changed", desired: 1, live: 2 }]],
  [{ a: 1 }, {}, [{ path: "/a", kind: "missing", desired: 1 }]],
  [{}, { "a/b": null }, [{ path: "/a~1b", kind: "extra", live: null }]],
  [
    { x: { y: ["a"], z: 1 } },
    { x: { y: ["a", "b"], z: 1 } },
    [{ path: "/x/y", kind: "changed", desired: ["a"], live: ["a", "b"] }],
  ],
  [null, { a: 1 }, [{ path: "", kind: "extra", live: { a: 1 } }]],
  [{ a: 1 }, null, [{ path: "", kind: "missing", desired: { a: 1 } }]],
  [{ a: null }, { a: 1 }, [{ path: "/a", kind: "changed", desired: null, live: 1 }]],
  ["open", "closed", [{ path: "", kind: "changed", desired: "open", live: "closed" }]],
])("%j → %j", (before, after, expected) => {
  expect(changedFields(before as never, after as never)).toEqual(expected);
});
