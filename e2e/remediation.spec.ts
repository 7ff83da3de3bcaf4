import { expect, type Page, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const REALM = "acme-shop";
const SLOW = 120_000;

/** A quota of the demo's staging that a script lowered. */
async function openQuota(page: Page): Promise<void> {
  const quota = page.getByRole("button", { name: "ResourceQuota acme-shop-staging/agreed" });
  await expect(async () => {
    await page.goto("/t/acme-shop/drift?rule=changed-quota&state=all&cluster=omantel");
    const all = page.getByRole("button", { name: /Show the \d+ findings of this cause/ });
    await expect(all.or(quota).first()).toBeVisible({ timeout: 10_000 });
    if (await all.count()) await all.first().click();
    await quota.click({ timeout: 20_000 });
  }).toPass({ timeout: SLOW });
  await expect(page).toHaveURL(/finding=[0-9a-f-]{36}/);
}

test("drift is proposed to be mended, approved by another person, applied and verified", async ({
  page,
  browser,
}) => {
  test.setTimeout(400_000);
  await signIn(page, { username: "org-admin", realm: REALM });
  await openQuota(page);
  const panel = page.getByRole("complementary").last();
  await panel.getByRole("button", { name: "Propose to remedy it…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("The agreed quota is what was agreed");
  await dialog.getByRole("button", { name: "Propose a remediation" }).click();
  await expect(panel.getByText("Awaits approval").first()).toBeVisible({ timeout: SLOW });
  await expect(panel.getByText("It takes over fields of", { exact: false })).toBeVisible();
  // Whoever proposed sees why they may not approve.
  await expect(panel.getByRole("button", { name: "Approve" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  const here = page.url();

  const other = await browser.newContext();
  const officer = await other.newPage();
  await signIn(officer, { username: "security-officer", realm: REALM });
  await officer.goto("/t/acme-shop/inbox");
  const waiting = officer.getByRole("heading", { name: "The agreed quota is what was agreed" });
  await expect(waiting).toBeVisible({ timeout: SLOW });
  await officer.goto(here);
  const theirs = officer.getByRole("complementary").last();
  await theirs
    .getByRole("button", { name: /^Approve/ })
    .first()
    .click();
  await expect(theirs.getByText("Verified", { exact: true }).first()).toBeVisible({
    timeout: SLOW,
  });
  await officer.goto("/t/acme-shop/audit?q=type%3Aruntime.drift.remediation-verified");
  await expect(officer.getByRole("row", { name: /^Remediation verified/ }).first()).toBeVisible({
    timeout: SLOW,
  });
  await other.close();

  // The finding is gone, by a look and not by anybody's word.
  await page.goto("/t/acme-shop/drift?rule=changed-quota&state=resolved");
  await expect(page.getByText(/ResourceQuota/).first()).toBeVisible({ timeout: SLOW });
});
