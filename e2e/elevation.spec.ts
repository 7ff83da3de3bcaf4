import { type Browser, expect, type Page, test } from "@playwright/test";
import { type Person, signIn } from "./support/sign-in.ts";

const TENANT = "lulu-hypermarket";
const ACCESS = `/t/${TENANT}/access`;
const ADMIN: Person = { username: "sovereign-admin", realm: "catalyst-admin" };
const OFFICER: Person = { username: "security-officer", realm: "catalyst-admin" };

async function asPerson(
  browser: Browser,
  person: Person,
  path: string,
  act: (page: Page) => Promise<void>,
) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, person, path);
  await act(page);
  await context.close();
}

/** Asks that requests in Staging live so many hours; what comes of it is on the page then. */
async function changePolicy(page: Page, hours: number): Promise<void> {
  await page.goto(`/t/${TENANT}/deployments/environments`);
  const staging = page.getByRole("region", { name: "Staging", exact: true });
  await staging.getByRole("button", { name: "Change the policy" }).click();
  const editor = page.getByRole("region", { name: "Policy of Staging" });
  await editor.getByLabel("A request lives, in hours").fill(String(hours));
  await editor.getByLabel("Reason").fill("Requests live longer");
  await editor.getByRole("button", { name: "Save", exact: true }).click();
}

test("elevation is asked for, approved by another, used, given back, and then refused", async ({
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  await signIn(page, ADMIN, ACCESS);
  const refusal = page.getByRole("alert").filter({ hasText: "elevation" });
  await changePolicy(page, 48);
  await expect(refusal).toBeVisible();

  await page.goto(ACCESS);
  await page.getByRole("button", { name: "Ask for elevation…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Environment", { exact: true }).selectOption("staging");
  await dialog.getByLabel(/Change what this environment demands/).check();
  await dialog.getByLabel("Reason").fill("The change board agreed on it");
  await expect(dialog.getByText("You never count.")).toBeVisible();
  await dialog.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByText("Asked for. Others decide now.").first()).toBeVisible();

  await asPerson(browser, OFFICER, ACCESS, async (officer) => {
    await officer
      .getByRole("listitem")
      .filter({ hasText: "The change board agreed on it" })
      .getByRole("button", { name: "Decide…" })
      .click();
    await officer.getByRole("button", { name: "Approve", exact: true }).click();
    await expect(officer.getByText("Approved").first()).toBeVisible();
  });

  const request = page.getByRole("listitem").filter({ hasText: "The change board agreed on it" });
  await request.getByRole("button", { name: "Activate" }).click({ timeout: 60_000 });
  const panel = page
    .getByRole("complementary")
    .filter({ hasText: "The change board agreed on it" });
  await panel.getByRole("button", { name: "Activate" }).click();
  const banner = page.getByRole("region", { name: "Your elevation" });
  await expect(banner).toContainText("Elevated in Staging", { timeout: 60_000 });
  await changePolicy(page, 48);
  await expect(page.getByText("The policy is saved", { exact: false }).first()).toBeVisible();

  await banner.getByRole("button", { name: "Give back" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Give back" }).click();
  await expect(page.getByText("Given back").first()).toBeVisible();
  await expect(banner).toBeHidden();
  await changePolicy(page, 72);
  await expect(refusal).toBeVisible();
});
