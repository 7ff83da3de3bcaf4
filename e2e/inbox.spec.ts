import { createHash } from "node:crypto";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { type Person, signIn } from "./support/sign-in.ts";

const TENANT = "muscatpharmacy";
const INBOX = `/t/${TENANT}/inbox`;
const PHONE = { width: 390, height: 844 };
const DEVELOPER = { username: "developer", realm: TENANT };
const ADMIN = { username: "sovereign-admin", realm: "catalyst-admin" };
const sha = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

async function asPerson<Result>(
  browser: Browser,
  person: Person,
  path: string,
  act: (page: Page) => Promise<Result>,
  options: { viewport?: typeof PHONE; permissions?: string[] } = {},
): Promise<Result> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await signIn(page, person, path);
  try {
    return await act(page);
  } finally {
    await context.close();
  }
}

async function ask(page: Page, service: string, version: string, locale = "en"): Promise<string> {
  const image = `registry.omantel.example/${TENANT}/${service}:${version}`;
  await page.goto(`/t/${TENANT}/deployments?new=1`);
  const form = page.getByRole("region", { name: "Ask for a deployment" });
  await form.getByLabel("Environment").selectOption("test");
  await form.getByLabel("Service").fill(service);
  await form.getByLabel("Images by digest").fill(`${image}@${sha(image)}`);
  await form.getByLabel("Configuration digest").fill(sha(`${service} ${version}`));
  await form.getByLabel("Change").fill(`${service}#${version}`);
  await form.getByLabel("Reason").fill(`Seen by ${locale}: ${service} ${version}`);
  await form.getByRole("button", { name: "Ask for it" }).click();
  await page.waitForURL(/\/deployments\/[0-9a-f-]{36}$/);
  await expect(page.getByText("Awaits approval").first()).toBeVisible({ timeout: 60_000 });
  return new URL(page.url()).pathname;
}

test("an admin opens the inbox on a phone, reads a case and approves it; a mention finds its reader", async ({
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  await signIn(page, DEVELOPER);
  const path = await ask(page, "loyalty-points", "3.1.0");
  await page.getByLabel("Say something").fill("@sovereign-admin please look today");
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await expect(page.getByText("please look today").first()).toBeVisible();

  await asPerson(
    browser,
    ADMIN,
    INBOX,
    async (phone) => {
      const width = await phone.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBe(PHONE.width);
      const card = phone.getByRole("article").filter({ hasText: "loyalty-points 3.1.0" });
      await expect(card).toContainText("one more person is needed");
      await expect(phone).toHaveTitle(/^\(\d+\) Inbox/);
      const mention = phone.getByRole("article").filter({ hasText: "please look today" });
      await expect(mention).toContainText("Mention");
      await mention.getByRole("button", { name: "Mark as read" }).click();
      await expect(mention).toHaveCount(0);

      await card.getByRole("link", { name: "Read and decide" }).click();
      await phone.waitForURL(`**${path}`);
      await expect(phone.getByRole("heading", { level: 1 })).toHaveText("loyalty-points to Test");
      await phone.getByRole("button", { name: "Approve", exact: true }).click();
      await expect(phone.getByText("Your approval is recorded").first()).toBeVisible();
      const caseWidth = await phone.evaluate(() => document.documentElement.scrollWidth);
      expect(caseWidth).toBe(PHONE.width);
      await phone.goto(INBOX);
      await expect(phone.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(card).toHaveCount(0);
    },
    { viewport: PHONE },
  );
});

test("a browser that was asked to tells of what is new; the count stands in the navigation", async ({
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  await signIn(page, DEVELOPER);
  await asPerson(
    browser,
    ADMIN,
    INBOX,
    async (admin) => {
      // What the browser would show, kept to be read.
      await admin.evaluate(() => {
        const told: { title: string; body: string }[] = [];
        class Kept extends EventTarget {
          static permission = "granted";
          static requestPermission = async () => "granted" as const;
          constructor(title: string, { body = "" } = {}) {
            super();
            told.push({ title, body });
          }
          close() {}
        }
        Object.assign(window, { Notification: Kept, told });
      });
      await admin.getByRole("button", { name: "Notify me in this browser" }).click();
      await expect(admin.getByRole("button", { name: "Stop notifying me here" })).toBeVisible();
      await ask(page, "gift-cards", "1.4.0");
      await admin.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      await expect
        .poll(() => admin.evaluate(() => (window as unknown as { told: unknown[] }).told), {
          timeout: 60_000,
        })
        .toContainEqual({
          title: "A deployment waits for your decision",
          body: expect.stringMatching(/^asked by /),
        });
      const nav = admin.getByRole("navigation", { name: "Pages" });
      await expect(nav.getByRole("link", { name: /^Inbox.*waits? for you$/ })).toBeVisible();
    },
    {},
  );
});

test("on an Arabic page a refusal is said in Arabic", async ({ page, context, baseURL }) => {
  await signIn(page, DEVELOPER);
  await context.addCookies([{ name: "console-locale", value: "ar", url: baseURL ?? "" }]);
  await page.goto(`/t/${TENANT}/deployments?new=1`);
  const form = page.locator("main form");
  const fields = form.locator("input, textarea");
  for (const [at, text] of [
    "inventory",
    "registry.omantel.example/muscatpharmacy/inventory:2.0.0",
    sha("x"),
    "inventory#1",
    "سبب",
  ].entries())
    await fields.nth(at).fill(text);
  await form.locator("button[type=submit]").click();
  await expect(form.getByRole("alert")).toContainText("لا تذكر الصورة 1 بصمة");
});
