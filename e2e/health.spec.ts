import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const OPERATOR = { username: "platform-operator", realm: "catalyst-admin" };

test("a platform operator sees counts of every tenant and the content of none", async ({
  page,
}) => {
  await signIn(page, OPERATOR);
  await expect(page).toHaveURL(/\/t\/omantel\/health/);
  for (const tenant of ["omantel", "muscatpharmacy", "acme-shop", "lulu-hypermarket"]) {
    await expect(page.getByRole("row", { name: new RegExp(tenant) })).toBeVisible();
  }
  await expect(page.getByRole("navigation", { name: "Pages" }).getByRole("link")).toHaveText([
    "Home",
    "Rights",
    "Regions",
    "HTTP API",
    "Health",
  ]);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  for (const content of ["rotations", "audit", "alerts", "policies"]) {
    await page.goto(`/t/omantel/${content}`);
    await expect(page.getByRole("heading", { name: "You may not see this" })).toBeVisible();
  }
});
