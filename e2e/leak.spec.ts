import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const OFFICER = { username: "security-officer", realm: "acme-shop" };
const ROTATIONS = "/t/acme-shop/rotations";
const REASON = "Found in a public code repository by the scanner";

test("a leak, from the click to the proof of death and the closed incident", async ({ page }) => {
  test.setTimeout(240_000);
  await signIn(page, OFFICER, ROTATIONS);
  await page.goto(`${ROTATIONS}?q=payments-db`);
  await page.getByRole("row", { name: /payments-db prod/ }).click();
  const panel = page.getByRole("complementary", { name: "payments-db" });
  await panel.getByRole("button", { name: "Mark as leaked" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("How do you know?").fill(REASON);
  await dialog.getByRole("button", { name: "It leaked: replace it now" }).click();
  await expect(dialog.getByText("This is not the name.")).toBeVisible();
  await dialog.getByLabel(/to confirm/).fill("payments-db");
  await dialog.getByRole("button", { name: "It leaked: replace it now" }).click();

  await expect(page).toHaveURL(/\/incidents\?incident=/);
  await expect(page.getByRole("heading", { level: 1, name: "Leak of payments-db" })).toBeVisible();
  await expect(page.getByText(REASON).first()).toBeVisible();
  const proof = page.getByRole("region", { name: "Proof that the old value is dead" });
  await expect(proof.getByText("Proved dead")).toBeVisible({ timeout: 120_000 });
  await expect(proof.getByText(/the old login was refused/)).toBeVisible();
  await expect(page.getByText("Contained: proved dead").first()).toBeVisible();

  const readers = page.getByRole("region", { name: "Who could read it" });
  await expect(readers.getByText("No role of the console can read a value.")).toBeVisible();
  const policies = readers.getByRole("list", { name: "Policies of the vault that give it" });
  await expect(policies.getByText("root")).toBeVisible({ timeout: 30_000 });
  const uses = page.getByRole("region", { name: "Every use since" });
  const audited = uses.getByRole("list", { name: "Audit log of the vault" });
  await expect(
    audited.getByText(/read secret\/data\/acme-shop\/prod\/payments-db/).first(),
  ).toBeVisible();
  const timeline = page.getByRole("list", { name: "Timeline" });
  await expect(timeline.getByText("Marked as leaked")).toBeVisible();
  await expect(timeline.getByText("Leak contained: the value is dead")).toBeVisible();

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Markdown" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^incident-acme-shop-[0-9a-f-]{36}\.md$/);

  await page.getByRole("button", { name: "Close incident" }).click();
  await page.getByLabel("What was found").fill("Pushed by mistake; the history was rewritten.");
  await page.getByRole("dialog").getByRole("button", { name: "Close incident" }).click();
  await expect(page.getByText("Closed", { exact: true }).first()).toBeVisible();
  await expect(proof.getByText("Pushed by mistake; the history was rewritten.")).toBeVisible();

  await expectFitForAll(page);
  await page.goto("/t/acme-shop/alerts");
  await expect(page.getByText(/^P1: the value of payments-db/)).toBeVisible();
});

test("consumers of a rotated credential are seen to move", async ({ page }) => {
  test.setTimeout(180_000);
  await signIn(page, OFFICER, ROTATIONS);
  await page.goto(`${ROTATIONS}?q=orders-db`);
  await page.getByRole("row", { name: /orders-db prod/ }).click();
  const panel = page.getByRole("complementary", { name: "orders-db" });
  await panel.getByRole("button", { name: "Force rotate" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("To see its consumers move");
  await dialog.getByRole("button", { name: "Rotate now" }).click();
  const consumers = panel.getByRole("list", { name: "Consumers" });
  await expect(consumers.getByText(/Deployment\/orders/)).toBeVisible({ timeout: 60_000 });
  const states = panel.getByRole("list", { name: "States of the rotation" });
  await expect(states.getByText("the old login was refused", { exact: false })).toBeVisible({
    timeout: 120_000,
  });
  await expect(consumers.getByText("Not yet moved")).toHaveCount(0);
  await expect(consumers.getByText("Moved").first()).toBeVisible();
});

test("a developer may not mark a leak, and sees no incidents", async ({ page }) => {
  await signIn(page, { username: "developer", realm: "acme-shop" }, ROTATIONS);
  await page.goto(`${ROTATIONS}?q=orders-db`);
  await page.getByRole("row", { name: /orders-db prod/ }).click();
  const button = page.getByRole("button", { name: "Mark as leaked" });
  await expect(button).toBeDisabled();
  await expect(button).toHaveAccessibleDescription(/runtime\.incidents\.manage/);
  await page.goto("/t/acme-shop/incidents");
  await expect(page.getByText("You may not see this")).toBeVisible();
});

/** The incident's page in both languages and both themes, and on a phone. */
async function expectFitForAll(page: Page): Promise<void> {
  const looks = [
    ["en", "light"],
    ["en", "dark"],
    ["ar", "light"],
  ] as const;
  for (const [locale, scheme] of looks) {
    const cookie = { name: "console-locale", value: locale, url: page.url() };
    await page.context().addCookies([cookie]);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.reload();
    await expect(page.locator("html")).toHaveAttribute("lang", locale);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    const { violations } = await new AxeBuilder({ page })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
      .analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect([locale, scheme, width]).toEqual([locale, scheme, 390]);
  }
  await page.context().clearCookies({ name: "console-locale" });
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 900 });
}
