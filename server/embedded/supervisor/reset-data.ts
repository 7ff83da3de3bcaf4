import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { operatingAccount } from "../postgres/operating-account.ts";
import { removeData } from "../postgres/postgres-home.ts";
import type { DataLayout } from "./data-layout.ts";

/** Deletes everything of this installation but the lock, which the caller holds. */
export function resetData(layout: DataLayout): void {
  removeData(layout.postgres, operatingAccount());
  for (const name of readdirSync(layout.dataDir)) {
    const path = join(layout.dataDir, name);
    if (path !== layout.lock) rmSync(path, { recursive: true, force: true });
  }
}
