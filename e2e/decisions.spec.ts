import { expect, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const OFFICER = { username: "security-officer", realm: "muscatpharmacy" };

test("a decision is opened, made again, and a draft is tried on it before anything is published", async ({
  page,
}) => {
  test.setTimeout(180_000);
  await signIn(page, OFFICER);
  await page.goto("/t/muscatpharmacy/decisions");
  const first = page.getByRole("button", { name: /by the console's rules/ }).first();
  await first.click();
  const panel = page.getByRole("complementary").last();
  await panel.getByRole("button", { name: "Decide again" }).click();
  await expect(panel.getByText("The same bytes again")).toBeVisible({ timeout: 60_000 });

  await page.goto("/t/muscatpharmacy/decisions/what-if");
  await page.getByLabel("Name of the rule").fill("forbid-everything");
  await page.getByRole("button", { name: "A new rule" }).click();
  const text = page.getByRole("textbox", { name: "Text" });
  await text.fill("forbid (principal, action, resource) when { context.colour };");
  await page.getByRole("button", { name: "Show what would change" }).click();
  await expect(page.getByText(/forbid-everything\.cedar, line 1, column \d+/).first()).toBeVisible({
    timeout: 60_000,
  });
  await text.fill("forbid (principal, action, resource);");
  await page.getByRole("button", { name: "Show what would change" }).click();
  await expect(page.getByRole("heading", { name: "What would have changed" })).toBeVisible({
    timeout: 60_000,
  });
  await expect(page.getByText("allowed, would be denied").first()).toBeVisible();
});

test("what one may do, and what somebody else may", async ({ page }) => {
  test.setTimeout(180_000);
  await signIn(page, OFFICER);
  await page.goto("/t/muscatpharmacy/rights");
  await expect(page.getByRole("heading", { name: "What you may do" })).toBeVisible();
  await expect(page.getByText("by the role security-officer").first()).toBeVisible();
  await expect(
    page.getByText("only a pipeline does it, with a token of its own; no person"),
  ).toBeVisible();
  await page.getByLabel("Show").selectOption("no");
  await expect(page).toHaveURL(/show=no/);
  await expect(page.getByText(/None of these roles gives it/).first()).toBeVisible();
});
