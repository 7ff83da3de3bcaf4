import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DataLayout } from "./data-layout.ts";

/** What the demo's worker reads into the audit log: every write to the development vault. */
export function writeDemoSources({ ingestFile, vault }: DataLayout): void {
  const sources = [
    {
      name: "development-vault",
      kind: "openbao-audit",
      file: join(vault, "audit.log"),
      operations: ["update", "patch", "delete"],
    },
  ];
  writeFileSync(ingestFile, `${JSON.stringify({ sources }, null, 2)}\n`, { mode: 0o600 });
}
