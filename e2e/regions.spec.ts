import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const OPERATOR = { username: "platform-operator", realm: "catalyst-admin" };
const OFFICER = { username: "security-officer", realm: "muscatpharmacy" };

test("an operator sees both regions, and asks for a promotion that stays asked for", async ({
  page,
}) => {
  await signIn(page, OPERATOR);
  await page.goto("/t/omantel/regions");
  for (const region of ["Muscat", "Salalah"]) {
    await expect(page.getByRole("heading", { level: 2, name: region })).toBeVisible();
    await expect(page.getByRole("region", { name: `Nodes of ${region}` })).toBeVisible();
  }
  await expect(page.getByText("Rotations are written here.")).toBeVisible();
  await expect(page.getByText(/By the newest marker seen here/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole("button", { name: "Ask for a promotion" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("moving out of the old hall on Friday");
  await dialog.getByRole("button", { name: "Ask for a promotion" }).click();
  await expect(dialog).toBeHidden();
  const promotion = page.getByRole("article").first();
  await expect(promotion).toContainText("Planned switchover: muscat → salalah");
  await promotion.getByRole("button", { name: /Tick: A snapshot/ }).click();
  await page.getByRole("dialog").getByLabel("By what do you know it?").fill("snapshot of 09:00");
  await page.getByRole("dialog").getByRole("button", { name: "Tick" }).click();
  await expect(promotion).toContainText("snapshot of 09:00");
  await expect(promotion.getByRole("button", { name: "Ask for the approval" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await promotion.getByRole("button", { name: "Withdraw" }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("only to see that it works");
  await page.getByRole("dialog").getByRole("button", { name: "Withdraw" }).click();
  await expect(promotion).toContainText("Withdrawn");
});

test("a tenant sees where its credentials were read, and nothing of the clusters", async ({
  page,
}) => {
  await signIn(page, OFFICER);
  await page.goto("/t/muscatpharmacy/regions");
  await expect(page.getByRole("heading", { level: 2, name: "Salalah" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Promotion of another region" })).toHaveCount(0);
  await expect(page.getByText("Raft index")).toHaveCount(0);
  await page.goto("/t/muscatpharmacy/rotations");
  await page.getByRole("button", { name: /^webhook-token/ }).click();
  const reads = page.getByRole("region", { name: "Where this version was read" });
  await expect(reads.getByText("Verified")).toHaveCount(2, { timeout: 60_000 });
});
