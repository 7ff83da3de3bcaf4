import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const COMPLIANCE = { username: "compliance", realm: "muscatpharmacy" };
/** The worker judges within seconds of its start; what it judges by takes longer on a busy machine. */
const SLOW = 180_000;

test("a control is read down to its evidence and history, and goes out as OSCAL", async ({
  page,
}) => {
  test.setTimeout(600_000);
  await signIn(page, COMPLIANCE);
  await expect(async () => {
    await page.goto("/t/muscatpharmacy/compliance?framework=iso27001");
    await expect(page.getByRole("link", { name: "A.8.15", exact: true })).toBeVisible({
      timeout: 5_000,
    });
  }).toPass({ timeout: SLOW });
  await page.getByRole("link", { name: "A.8.15", exact: true }).click();
  await expect(page).toHaveURL(/control=A\.8\.15/);
  const panel = page.getByRole("complementary").last();
  await expect(
    panel.getByRole("heading", { name: "Logs are made, kept and protected" }),
  ).toBeVisible();
  await expect(panel.getByRole("heading", { name: "The log is sealed" })).toBeVisible();
  // The page reads itself anew; the first look may still be under way.
  await expect(panel.getByRole("list", { name: "Judged by" }).first()).toBeVisible({
    timeout: SLOW,
  });
  // Where its event is told, the log shows it.
  const event = panel.getByRole("link", { name: "Event", exact: true }).first();
  await expect(event).toBeVisible({ timeout: SLOW });
  await expect(event).toHaveAttribute("href", /\/audit\?event=[0-9a-f-]{36}$/);

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download OSCAL" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("oscal-muscatpharmacy-iso27001.json");
  const { "assessment-results": results } = JSON.parse(readFileSync(await file.path(), "utf8"));
  const findings: { title: string }[] = results.results[0].findings;
  expect(findings.map(({ title }) => title)).toContain("A.8.15");
});

test("each threat says what stands in its way and whether that holds now", async ({ page }) => {
  test.setTimeout(300_000);
  await signIn(page, COMPLIANCE);
  await page.goto("/t/muscatpharmacy/compliance/threats");
  const threat = page.getByRole("region", { name: "Cross-tenant access" });
  await expect(threat).toBeVisible({ timeout: SLOW });
  await expect(threat.getByText("Two walls in the console: code and row security")).toBeVisible();
  await expect(threat.getByRole("link", { name: "Page /isolation" })).toHaveAttribute(
    "href",
    "/t/muscatpharmacy/isolation",
  );
  // The console's own database is walled wherever it runs.
  await expect(
    threat.getByRole("listitem").filter({ hasText: "Rows are walled by tenant" }).last(),
  ).toContainText("Holds", { timeout: SLOW });
});
