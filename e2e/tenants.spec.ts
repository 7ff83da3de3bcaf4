import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const ADMIN = { username: "sovereign-admin", realm: "catalyst-admin" };
const SLOW = 90_000;
const SHOTS = process.env.TENANT_SHOTS;

const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Looked at by machines for what WCAG asks, and by people where TENANT_SHOTS names a folder. */
async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
  const { violations } = await new AxeBuilder({ page }).withTags(STANDARDS).analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`,
  );
  expect(found, name).toEqual([]);
}

test("a tenant is onboarded in one act, its people sign in, and its offboarding can be canceled", async ({
  page,
  browser,
}) => {
  test.setTimeout(300_000);
  const slug = `shop-${Date.now().toString(36)}`;
  await signIn(page, ADMIN);
  await page.goto("/t/omantel/tenants");
  await page.getByRole("button", { name: "Onboard a tenant" }).click();
  await page.getByLabel("Name for ever").fill(slug);
  await page.getByLabel("Display name").fill(`Shop ${slug}`);
  await page.getByLabel("Labels").fill("tier=gold");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Add dev" }).click();
  await shot(page, "onboard-environments");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByLabel("User name of the first administrator").fill("sara");
  await page.getByLabel("E-mail of the first administrator").fill("nowhere");
  await page.getByRole("button", { name: "Next" }).click();
  // The server judges the whole plan, and names the field.
  await expect(page.getByRole("alert").filter({ hasText: "email" })).toBeVisible();
  await page.getByLabel("E-mail of the first administrator").fill("sara@shop.example");
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByText("This begins at once.")).toBeVisible();
  await expect(page.getByText(`tenant-${slug}-dev`).first()).toBeVisible();
  await shot(page, "onboard-preview");
  await page.getByLabel("Reason").fill("as agreed in the contract");
  await page.getByRole("button", { name: `Onboard Shop ${slug}` }).click();
  const panel = page.getByRole("complementary", { name: `Shop ${slug}` });
  await expect(panel).toBeVisible();
  await shot(page, "onboarding");
  await expect(panel.getByText("done", { exact: true }).first()).toBeVisible({ timeout: SLOW });
  await shot(page, "onboarded");
  await panel.getByRole("button", { name: "Close" }).click();
  const row = page.getByRole("listitem").filter({ hasText: slug });
  await expect(row.getByText("Ready")).toBeVisible();

  // Its own people sign in by the realm that was made.
  const own = await browser.newContext();
  const sara = await own.newPage();
  await signIn(sara, { username: "sara", realm: slug });
  await sara.goto(`/t/${slug}/audit?q=${encodeURIComponent("type:runtime.isolation.declared")}`);
  const declared = sara.getByRole("row").filter({ hasText: "Isolation model declared" });
  await expect(declared.first()).toBeVisible({ timeout: SLOW });
  await own.close();

  await row.getByRole("button", { name: `Offboard Shop ${slug}` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("The tenant's name, once more").fill("another");
  await dialog.getByLabel("Public key of who shall read the export").fill("no key");
  await dialog.getByLabel("Reason").fill("the contract ended");
  await shot(page, "offboard");
  await dialog.getByRole("button", { name: "Ask to offboard" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Write the tenant's name once more");
  await dialog.getByLabel("The tenant's name, once more").fill(slug);
  const { publicKey } = await page.evaluate(async () => {
    const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, [
      "deriveBits",
    ]);
    const spki = await crypto.subtle.exportKey("spki", pair.publicKey);
    const base64 = btoa(String.fromCharCode(...new Uint8Array(spki)));
    return { publicKey: `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----` };
  });
  await dialog.getByLabel("Public key of who shall read the export").fill(publicKey);
  await dialog.getByRole("button", { name: "Ask to offboard" }).click();
  await expect(panel.getByText("waits for approval").first()).toBeVisible();
  await panel.getByRole("button", { name: "Cancel it" }).click();
  await dialog.getByLabel("Reason").fill("they stay");
  await dialog.getByRole("button", { name: "Cancel it" }).click();
  await expect(panel.getByText("canceled").first()).toBeVisible();
});

test("quotas tell who uses what of the cluster, and name no stranger", async ({
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  await signIn(page, { username: "security-officer", realm: "muscatpharmacy" });
  await expect(async () => {
    await page.goto("/t/muscatpharmacy/quotas");
    await expect(page.getByRole("heading", { name: "Noisy neighbours" })).toBeVisible({
      timeout: 5_000,
    });
  }).toPass({ timeout: SLOW });
  await expect(page.getByRole("rowheader", { name: /requests\.cpu/ }).first()).toBeVisible();
  await expect(page.getByRole("main").getByText("acme-shop")).toHaveCount(0);
  await shot(page, "quotas");
  await page.goto("/t/muscatpharmacy/tenants");
  await shot(page, "tenants-elsewhere");
  for (const name of ["dark", "phone", "arabic"] as const) {
    const context = await browser.newContext({
      ...(name === "phone" ? { viewport: { width: 390, height: 844 } } : {}),
      colorScheme: name === "dark" ? "dark" : "light",
    });
    const looked = await context.newPage();
    await signIn(looked, ADMIN);
    if (name === "arabic") {
      const url = new URL(looked.url()).origin;
      await context.addCookies([{ name: "console-locale", value: "ar", url }]);
    }
    for (const path of ["quotas", "tenants"]) {
      await looked.goto(`/t/omantel/${path}`);
      await expect(looked.getByRole("main").getByRole("heading").first()).toBeVisible();
      const { scrollWidth, clientWidth } = await looked.evaluate(() => ({
        scrollWidth: document.documentElement.scrollWidth,
        clientWidth: document.documentElement.clientWidth,
      }));
      expect(scrollWidth, `${path}, ${name}: nothing is wider than the screen`).toBeLessThanOrEqual(
        clientWidth,
      );
      await shot(looked, `${path}-${name}`);
    }
    await context.close();
  }
});
