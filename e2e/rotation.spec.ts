import { expect, type Page, test } from "@playwright/test";
import { endSessionsAtProvider } from "./support/development-idp.ts";
import { signIn } from "./support/sign-in.ts";

const OFFICER = { username: "security-officer", realm: "muscatpharmacy" };
const ROTATIONS = "/t/muscatpharmacy/rotations";
const REASON = "Seen in a support ticket, rotated to be safe";

/** Opens the panel of a credential in production by its name. */
async function openCredential(page: Page, name: string) {
  await page.goto(`${ROTATIONS}?q=${name}`);
  await page.getByRole("row", { name: new RegExp(`${name} prod`) }).click();
  const panel = page.getByRole("complementary", { name });
  await expect(panel).toBeVisible();
  return panel;
}

test("a security officer rotates a database credential and sees the old value proved dead", async ({
  page,
}) => {
  test.setTimeout(180_000);
  await signIn(page, OFFICER, ROTATIONS);
  const panel = await openCredential(page, "inventory-db");
  await panel.getByRole("button", { name: "Force rotate" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("This will touch, in prod:")).toBeVisible();
  await dialog.getByRole("button", { name: "Rotate now" }).click();
  await expect(dialog.getByText(/at least 10/i).first()).toBeVisible();
  await dialog.getByLabel("Reason").fill(REASON);
  await dialog.getByRole("button", { name: "Rotate now" }).click();
  await expect(dialog).toBeHidden();

  const timeline = panel.getByRole("list", { name: "States of the rotation" });
  for (const state of ["New value staged", "Set on the target", "verified", "Promoted", "Grace"]) {
    await expect(timeline.getByText(state).first()).toBeVisible({ timeout: 30_000 });
  }
  const dead = timeline.getByText("the old login was refused", { exact: false });
  await expect(dead).toBeVisible({ timeout: 90_000 });
  await expect(panel.getByText(REASON, { exact: false }).first()).toBeVisible();

  await panel.getByRole("link", { name: "Events in the audit log" }).click();
  await expect(page).toHaveURL(/\/audit\?/);
  await page.getByRole("row", { name: /Old value proved dead/ }).click();
  const event = page.getByRole("complementary", { name: "Old value proved dead" });
  await expect(event.getByText("runtime.secrets.rotation-verified-dead").first()).toBeVisible();
  await expect(event.getByText(/Verified in this browser against checkpoint/)).toBeVisible();
  await expect(event.getByText("Leaf index")).toBeVisible();
});

test("a developer of another tenant sees none of it, and the event's id is not found", async ({
  page,
  browser,
}) => {
  await signIn(page, OFFICER, "/t/muscatpharmacy/audit");
  await page.getByRole("row").nth(1).click();
  await expect(page).toHaveURL(/event=/);
  const eventId = new URL(page.url()).searchParams.get("event") ?? "";
  expect(eventId).toMatch(/^[0-9a-f-]{36}$/);

  const theirs = await browser.newContext();
  const developer = await theirs.newPage();
  await signIn(developer, { username: "developer", realm: "acme-shop" }, "/t/acme-shop/audit");
  await expect(developer.getByRole("heading", { name: "Audit log" })).toBeVisible();
  await expect(developer.getByText("inventory-db")).toHaveCount(0);
  const ask = (id: string, tenant: string) =>
    developer.evaluate(
      async ([event, header]) => {
        const input = encodeURIComponent(JSON.stringify({ json: { eventId: event } }));
        const headers = { "x-tenant": header ?? "" };
        const answer = await fetch(`/api/trpc/audit.byId?input=${input}`, { headers });
        const body = await answer.json();
        const { traceId: _, ...told } = body.error.json.data.app;
        return { status: answer.status, told };
      },
      [id, tenant],
    );
  const foreign = await ask(eventId, "acme-shop");
  expect(foreign).toMatchObject({ status: 404, told: { code: "not_found" } });
  expect(foreign).toEqual(await ask("01900000-0000-7000-8000-000000000000", "acme-shop"));
  expect(await ask(eventId, "muscatpharmacy")).toEqual(await ask(eventId, "no-such-tenant"));
  await theirs.close();
});

test("a developer may not rotate, and is told why", async ({ page }) => {
  await signIn(page, { username: "developer", realm: "muscatpharmacy" }, ROTATIONS);
  const panel = await openCredential(page, "inventory-db");
  const button = panel.getByRole("button", { name: "Force rotate" });
  await expect(button).toBeDisabled();
  await expect(button).toHaveAccessibleDescription(/\S/);
});

test("a session that ends in mid-work changes nothing and loses nothing that was written", async ({
  page,
}) => {
  await signIn(page, OFFICER, ROTATIONS);
  const panel = await openCredential(page, "payments-db");
  await panel.getByRole("button", { name: "Force rotate" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill(REASON);
  await endSessionsAtProvider(OFFICER.realm, OFFICER.username);
  await dialog.getByRole("button", { name: "Rotate now" }).click();
  await expect(dialog.getByRole("alert")).toContainText(/session has ended/i);
  await expect(dialog.getByLabel("Reason")).toHaveValue(REASON);
  await page.reload();
  await expect(page).toHaveURL(/\/sign-in\?callbackUrl=/);
});
