import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

test("compliance makes a pack of a search, takes it, and a stranger verifies it offline", async ({
  page,
}) => {
  test.setTimeout(180_000);
  const directory = mkdtempSync(join(tmpdir(), "evidence-e2e-"));
  await signIn(page, { username: "compliance", realm: "muscatpharmacy" });
  await page.goto("/t/muscatpharmacy/audit?q=kind%3Aworker");
  await page.getByRole("button", { name: "Export", exact: true }).click();
  const csv = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "CSV, all that fit" }).click();
  const exported = await csv;
  expect(exported.suggestedFilename()).toMatch(/^events-muscatpharmacy-.*\.csv$/);
  expect(await exported.failure()).toBeNull();

  await page.getByRole("button", { name: "Export", exact: true }).click();
  await page.getByRole("menuitem", { name: "Evidence pack…" }).click();
  const dialog = page.getByRole("dialog", { name: "Make an evidence pack" });
  await dialog.getByLabel("Opened of the other entries").selectOption("payloads");
  await dialog.getByRole("button", { name: "Make the pack" }).click();
  await expect(page).toHaveURL(/\/evidence\?pack=/);
  const panel = page.getByRole("complementary").filter({ hasText: "Evidence pack" });
  await expect(panel.getByText("Ready", { exact: true })).toBeVisible({ timeout: 120_000 });
  const download = page.waitForEvent("download");
  await panel.getByRole("link", { name: "Download" }).click();
  const pack = join(directory, "pack.tar");
  await (await download).saveAs(pack);
  const key = await panel.getByText(/^[^ ]+\/muscatpharmacy\+[0-9a-f]{8}\+/).textContent();
  const vkey = join(directory, "log.vkey");
  writeFileSync(vkey, `${key}\n`);
  const { stdout } = await promisify(execFile)("node", [
    "--conditions=react-server",
    "server/cli/main.ts",
    "evidence",
    "verify",
    pack,
    "--vkey",
    vkey,
  ]);
  expect(stdout).toContain("valid: ");
  expect(stdout).toContain("proved: nothing in the range that fits was left out");
  await page.getByRole("tab", { name: "Exports" }).click();
  await expect(page.getByText("Whole", { exact: true }).first()).toBeVisible();
  await rm(directory, { recursive: true, force: true });
});
