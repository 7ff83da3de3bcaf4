import { expect, test } from "vitest";
import { fileNames } from "./file-names.ts";

test("accepts kebab-case and Next's own folders", () => {
  const paths = [
    "app/(console)/t/[tenant]/page.tsx",
    "app/api/auth/[...nextauth]/route.ts",
    "app/log/[[...path]]/route.ts",
    "server/features/rotation/verbs/force-rotate.int.test.ts",
    "server/integrations/azure-key-vault/v2.ts",
  ];
  expect(fileNames(paths)).toEqual([]);
});

test.each([
  "server/engines/Merkle.ts",
  "server/my_folder/a.ts",
  "components/DataTable/table.tsx",
  "server/a--b.ts",
])("refuses %s", (path) => expect(fileNames([path])[0]?.problem).toContain("not kebab-case"));

test("fails without files", () => expect(() => fileNames([])).toThrow("prove nothing"));
