import { expect, type Page } from "@playwright/test";
import { DEMO_PASSWORD } from "../../server/features/identity/realms/demo-sovereigns.ts";

export interface Person {
  /** Role and user name at once: demo users are named after their role. */
  readonly username: string;
  readonly realm: string;
}

/** On the sign-in page, chooses the realm; ends on that identity provider's own page. */
export async function chooseRealm(page: Page, realm: string): Promise<void> {
  const button = page.locator(`button[name="realm"][value="${realm}"]`);
  const field = page.locator('input[name="realm"]:not([type="hidden"])');
  await expect(button.or(field).first()).toBeVisible();
  if (await button.count()) {
    await button.click();
  } else {
    await field.fill(realm);
    await field.press("Enter");
  }
  await page.waitForURL(new RegExp(`/realms/${realm}/`));
}

/** On the identity provider's page. Does not wait for what comes of it. */
export async function enterPassword(
  page: Page,
  username: string,
  password: string = DEMO_PASSWORD,
): Promise<void> {
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Signs a demo user in, from nothing, and ends on `path` (the first tenant's home without it). */
export async function signIn(page: Page, person: Person, path = "/"): Promise<void> {
  await page.goto(path);
  await page.waitForURL(/\/sign-in/);
  await chooseRealm(page, person.realm);
  await enterPassword(page, person.username);
  await page.waitForURL((url) => !/\/(sign-in|realms|api)(\/|$)/.test(url.pathname));
}
