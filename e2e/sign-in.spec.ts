import { expect, test } from "@playwright/test";
import { chooseRealm, enterPassword, signIn } from "./support/sign-in.ts";

const OFFICER = { username: "security-officer", realm: "muscatpharmacy" };
const HOME = /\/t\/muscatpharmacy(\/|$)/;

test("a security officer signs in through her realm and stays signed in", async ({ page }) => {
  await signIn(page, OFFICER);
  await expect(page).toHaveURL(/\/t\/muscatpharmacy\/rotations/);
  await expect(page.getByRole("navigation", { name: "Pages" })).toBeVisible();
  await page.reload();
  await expect(page).toHaveURL(HOME);
  await expect(page.getByRole("button", { name: /^Account:/ })).toBeVisible();
});

test("signing in leads back to the page that was asked for", async ({ page }) => {
  await signIn(page, OFFICER, "/t/muscatpharmacy/audit");
  await expect(page).toHaveURL(/\/t\/muscatpharmacy\/audit/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});

test("a wrong password is refused by the identity provider", async ({ page }) => {
  await page.goto("/sign-in");
  await chooseRealm(page, OFFICER.realm);
  await enterPassword(page, OFFICER.username, "not-the-password");
  await expect(page.getByRole("alert")).toBeVisible();
  await page.goto("/t/muscatpharmacy");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("signing out ends the session here and at the identity provider", async ({ page }) => {
  await signIn(page, OFFICER);
  await page.getByRole("button", { name: /^Account:/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto("/t/muscatpharmacy");
  await expect(page).toHaveURL(/\/sign-in/);
  // Were the provider's own session still alive, it would send her straight back in.
  await chooseRealm(page, OFFICER.realm);
  await expect(page.getByLabel("Password")).toBeVisible();
});

test("another tenant is as absent as one that does not exist", async ({ page }) => {
  await signIn(page, OFFICER);
  const textOf = async (tenant: string) => {
    const response = await page.goto(`/t/${tenant}`);
    expect(response?.status()).toBe(404);
    await expect(page.getByRole("heading").first()).toBeVisible();
    return (await page.locator("main").textContent())?.replaceAll(tenant, "…");
  };
  expect(await textOf("acme-shop")).toBe(await textOf("no-such-tenant"));
});

test("the browser is given no token: cookies are opaque, http-only and same-site", async ({
  page,
  context,
}) => {
  await signIn(page, OFFICER);
  const cookies = await context.cookies(page.url());
  const session = cookies.filter((cookie) => cookie.name.includes("session"));
  expect(session.length).toBeGreaterThan(0);
  for (const cookie of session) {
    expect(cookie.httpOnly).toBe(true);
    expect(cookie.sameSite).not.toBe("None");
    // A signed token has three parts; an encrypted one has five and says nothing to its bearer.
    expect(cookie.value.split(".")).not.toHaveLength(3);
  }
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toMatch(/eyJ/);
});
