import { createHash, randomUUID } from "node:crypto";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { pipelineClient } from "./support/pipeline-client.ts";
import { type Person, signIn } from "./support/sign-in.ts";

const TENANT = "muscatpharmacy";
const DEPLOYMENTS = `/t/${TENANT}/deployments`;
const PHONE = { width: 390, height: 844 };
const sha = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const IMAGE = "registry.omantel.example/muscatpharmacy/inventory:2.0.0";

async function asPerson(
  browser: Browser,
  person: Person,
  path: string,
  act: (page: Page) => Promise<void>,
  viewport?: typeof PHONE,
): Promise<void> {
  const context = await browser.newContext(viewport ? { viewport } : {});
  const page = await context.newPage();
  await signIn(page, person, path);
  await act(page);
  await context.close();
}

async function approve(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(page.getByText("Your approval is recorded").first()).toBeVisible();
}

test("a deployment is asked for, approved by three people, claimed by a pipeline, and runs", async ({
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  await signIn(page, { username: "developer", realm: TENANT }, `${DEPLOYMENTS}?new=1`);
  const form = page.getByRole("region", { name: "Ask for a deployment" });
  await form.getByLabel("Service").fill("inventory");
  await form.getByLabel("Images by digest").fill(IMAGE);
  await form.getByLabel("Configuration digest").fill(sha("inventory configuration 2.0.0"));
  await form.getByLabel("Change").fill("inventory#2.0.0");
  await form.getByLabel("Reason").fill("Counts what is reserved");
  const send = form.getByRole("button", { name: "Ask for it" });
  await send.click();
  // A tag alone is refused, with what to do.
  await expect(form.getByRole("alert")).toContainText("names no digest");
  await form.getByLabel("Images by digest").fill(`${IMAGE}@${sha(IMAGE)}`);
  await send.click();
  await page.waitForURL(/\/deployments\/[0-9a-f-]{36}$/);
  const path = new URL(page.url()).pathname;
  const id = path.split("/").at(-1) ?? "";
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("inventory to Production");
  await expect(page.getByText("Awaits approval").first()).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText("changed", { exact: true }).first()).toBeVisible();
  await expect(page.getByText("approvals are missing")).toBeVisible();
  await expect(page.getByRole("button", { name: "Approve", exact: true })).toHaveAttribute(
    "aria-disabled",
    "true",
  );

  // The first decides on a phone, from the inbox.
  await asPerson(
    browser,
    { username: "sovereign-admin", realm: "catalyst-admin" },
    DEPLOYMENTS,
    async (phone) => {
      const card = phone.getByRole("article").filter({ hasText: "inventory#2.0.0" });
      await card.getByRole("button", { name: "Decide" }).click();
      await card.getByRole("button", { name: "Approve", exact: true }).click();
      await expect(phone.getByText("Your approval is recorded").first()).toBeVisible();
    },
    PHONE,
  );
  const pipeline = await pipelineClient(TENANT, new URL(page.url()).origin);
  const call = async (method: string, rest = "", body?: object, headers = {}) => {
    const options = { headers, ...(body ? { body } : {}) };
    const answer = await pipeline.call(fetch, method, `/api/v1/deployments/${id}${rest}`, options);
    return { status: answer.status, body: await answer.json() };
  };
  const claim = async () => {
    const { subjectDigest } = (await call("GET")).body;
    return call("POST", "/claim", { subjectDigest }, { "idempotency-key": randomUUID() });
  };
  const early = await claim();
  expect([early.status, early.body.detail]).toEqual([
    409,
    "Blocked because: approvals are missing.",
  ]);

  for (const username of ["sovereign-admin-2", "security-officer"]) {
    await asPerson(browser, { username, realm: "catalyst-admin" }, path, approve);
  }
  await expect(page.getByText("Nothing blocks it", { exact: false })).toBeVisible({
    timeout: 20_000,
  });
  const claimed = await claim();
  expect(claimed).toMatchObject({ status: 200, body: { images: [`${IMAGE}@${sha(IMAGE)}`] } });
  const report = { outcome: "succeeded", note: "Rolled out in 40 s" };
  expect((await call("POST", "/outcome", report)).status).toBe(200);
  await expect(page.getByText("Succeeded").first()).toBeVisible({ timeout: 20_000 });
  await page.goto(`${DEPLOYMENTS}?view=running`);
  await expect(page.getByText(`${IMAGE}@${sha(IMAGE)}`)).toBeVisible();
});

test("an environment says in sentences what it demands, and refuses what nobody could satisfy", async ({
  page,
}) => {
  test.setTimeout(120_000);
  const admin = { username: "sovereign-admin", realm: "catalyst-admin" };
  await signIn(page, admin, "/t/acme-shop/deployments/environments");
  const needs =
    "Production needs 2 sovereign-admins and one security-officer, all different people";
  await expect(page.getByText(needs, { exact: false }).first()).toBeVisible();
  await page
    .getByRole("region", { name: "Production" })
    .getByRole("button", { name: "Change the policy" })
    .click();
  const editor = page.getByRole("region", { name: "Policy of Production" });
  await editor.getByLabel("Waiting time in minutes").fill("9000");
  await expect(editor.getByText("at least 6 days", { exact: false })).toBeVisible();
  await editor.getByLabel("Reason").fill("Agreed in the change board");
  await editor.getByRole("button", { name: "Save" }).click();
  await expect(editor.getByRole("alert")).toContainText(
    "every request would expire while it waits",
  );
  await editor.getByLabel("Waiting time in minutes").fill("10");
  await editor.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("at least 10 min", { exact: false }).first()).toBeVisible();
});
