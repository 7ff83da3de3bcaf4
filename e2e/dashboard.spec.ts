import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const OFFICER = { username: "security-officer", realm: "muscatpharmacy" };
const TENANT = "muscatpharmacy";
const ROTATIONS = `/t/${TENANT}/rotations`;

/** How many rows the table says it has. */
async function rowCount(page: Page): Promise<number> {
  const text =
    (await page
      .getByRole("status")
      .filter({ hasText: /row| of / })
      .first()
      .textContent()) ?? "";
  return Number(/^\d+/.exec(text)?.[0]);
}

test("the overview leads from a day, a class and an age to its rows, each chart with its table", async ({
  page,
}) => {
  await signIn(page, OFFICER, ROTATIONS);
  await page.getByText("Show as a table").click();
  await page
    .getByRole("table", { name: /next 90 days/ })
    .getByRole("link")
    .first()
    .click();
  await expect(page).toHaveURL(/next=\d{4}-\d\d-\d\d/);
  await expect(page.getByRole("button", { name: /^Next rotation:/ })).toBeVisible();
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await expect(page).not.toHaveURL(/next=/);

  await page.getByRole("tab", { name: "By class and state" }).click();
  const matrix = page.getByRole("table", { name: "By class and state" });
  const signingKeys = matrix
    .getByRole("row", { name: /^Signing key/ })
    .getByRole("link")
    .first();
  const count = (await signingKeys.textContent()) ?? "";
  await signingKeys.click();
  await expect(page).toHaveURL(/class=signing-key/);
  await expect.poll(() => rowCount(page)).toBe(Number(count));

  await page.getByRole("tab", { name: "Age of values" }).click();
  await expect(page.getByRole("img", { name: /^Age of values/ })).toBeVisible();
  await page.getByRole("button", { name: "Show as a table" }).click();
  await expect(page.getByRole("row", { name: /^0–1/ })).toBeVisible();
});

test("an export holds exactly what the table shows, and the log says who took it", async ({
  page,
}) => {
  await signIn(page, OFFICER, `${ROTATIONS}?class=database-credential&sort=name`);
  const shown = await rowCount(page);
  expect(shown).toBeGreaterThan(0);
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export CSV" }).click();
  const stream = await (await downloading).createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const [head, ...lines] = Buffer.concat(chunks).toString("utf8").trimEnd().split("\r\n");
  expect(head).toMatch(/^id,name,class/);
  expect(lines).toHaveLength(shown);
  expect(lines.every((line) => line.includes('"database-credential"'))).toBe(true);
  await page.goto(`/t/${TENANT}/audit?q=type%3Aruntime.secrets.list-exported`);
  const events = page.locator("[data-row-open]");
  await expect(events.filter({ hasText: "List of credentials exported" }).first()).toBeVisible();
});

test("a view is kept under a name and found again", async ({ page }) => {
  const name = `Keys ${Date.now()}`;
  await signIn(page, OFFICER, `${ROTATIONS}?class=signing-key&rows=compact`);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: /Save this view/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Give it a name.")).toBeVisible();
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await page.goto(ROTATIONS);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitemradio", { name }).click();
  await expect(page).toHaveURL(/class=signing-key&rows=compact/);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: `Remove “${name}”` }).click();
  await page.getByRole("button", { name: "Views" }).click();
  await expect(page.getByRole("menuitemradio", { name })).toHaveCount(0);
});

test("rotating what is listed shows what it would be and takes the count typed by hand", async ({
  page,
}) => {
  await signIn(page, OFFICER, `${ROTATIONS}?q=inventory-db`);
  await page.getByRole("button", { name: /Rotate all listed/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/pass the filter/)).toBeVisible();
  await dialog.getByLabel("Reason").fill("Looked at together, not begun");
  await dialog.getByLabel(/^Type/).fill("99");
  await dialog.getByRole("button", { name: /^Rotate \d/ }).click();
  await expect(dialog.getByText("This is not the number that would be rotated.")).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
});

test("a credential has a page of its own: accessible, and no wider than a phone", async ({
  page,
}) => {
  await signIn(page, OFFICER, `${ROTATIONS}?q=payments-db`);
  await page.getByRole("row", { name: /payments-db prod/ }).click();
  await page.getByRole("link", { name: "Open as a page" }).click();
  await expect(page).toHaveURL(/rotations\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("heading", { level: 1, name: /payments-db/ })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Versions" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Force rotate" })).toBeVisible();
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBe(390);
});
