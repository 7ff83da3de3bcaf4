import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { buildParserFile } from "@lezer/generator";
import { expect, test } from "vitest";

const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");

test("the committed parser is what the grammar gives: else npm run generate:query-language", () => {
  const { parser } = buildParserFile(read("audit-query.grammar"), {
    fileName: "audit-query.grammar",
    typeScript: true,
  });
  const path = "server/engines/query-language/audit-query-parser.ts";
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["node_modules/@biomejs/biome/bin/biome", "check", "--write", `--stdin-file-path=${path}`],
    { input: parser, encoding: "utf8" },
  );
  expect(stdout, stderr).toBe(read("audit-query-parser.ts"));
});
