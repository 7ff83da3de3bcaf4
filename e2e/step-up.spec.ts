import { createHash } from "node:crypto";
import { expect, type Page, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";
import { giveSecondFactor } from "./support/step-up.ts";

const TENANT = "lulu-hypermarket";
const DEPLOYMENTS = `/t/${TENANT}/deployments`;
const KEYS = `/t/${TENANT}/security-keys`;
const APPROVER = { username: "sovereign-admin-2", realm: "catalyst-admin" };
const sha = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** Opens a deployment request in Test, and gives its path. */
async function ask(page: Page, service: string): Promise<string> {
  await page.goto(`${DEPLOYMENTS}?new=1`);
  const form = page.getByRole("region", { name: "Ask for a deployment" });
  const image = `registry.omantel.example/${TENANT}/${service}:1.0.0`;
  await form.getByLabel("Environment").selectOption("test");
  await form.getByLabel("Service").fill(service);
  await form.getByLabel("Images by digest").fill(`${image}@${sha(image)}`);
  await form.getByLabel("Configuration digest").fill(sha(`${service} configuration`));
  await form.getByLabel("Change").fill(`${service}#1`);
  await form.getByLabel("Reason").fill("Step-up is tried");
  await form.getByRole("button", { name: "Ask for it" }).click();
  await page.waitForURL(/\/deployments\/[0-9a-f-]{36}$/);
  await expect(page.getByText("Awaits approval").first()).toBeVisible({ timeout: 30_000 });
  return new URL(page.url()).pathname;
}

test("approving takes a second factor: at the identity provider first, then by a security key", async ({
  page,
  browser,
}) => {
  test.setTimeout(300_000);
  const admin = { username: "sovereign-admin", realm: "catalyst-admin" };
  await signIn(page, admin, `${DEPLOYMENTS}/environments`);
  const environment = page.getByRole("region", { name: "Test", exact: true });
  await environment.getByRole("button", { name: "Change the policy" }).click();
  const editor = page.getByRole("region", { name: "Policy of Test" });
  await editor.getByLabel("sovereign-admin: how many people").fill("1");
  await editor.getByLabel("security-officer: how many people").fill("0");
  await editor.getByLabel("Trusted registries").fill(`registry.omantel.example/${TENANT}`);
  await editor.getByLabel("Who approves must prove").selectOption("mfa");
  await editor.getByLabel("Reason").fill("Approvals take a second factor");
  await editor.getByRole("button", { name: "Save" }).click();
  const sentence = "Who approves a deployment or a rotation proves a second factor";
  await expect(environment.getByText(sentence, { exact: false })).toBeVisible();

  const developer = await browser.newContext();
  const developers = await developer.newPage();
  await signIn(developers, { username: "developer", realm: TENANT }, DEPLOYMENTS);
  const first = await ask(developers, "labels");
  const second = await ask(developers, "prices");
  await developer.close();

  const context = await browser.newContext();
  const approver = await context.newPage();
  const violations: string[] = [];
  approver.on("console", (line) => {
    if (/content security policy/i.test(line.text())) violations.push(line.text());
  });
  await signIn(approver, APPROVER, first);
  await approver.getByLabel("Comment", { exact: true }).fill("Looked at with the shop");
  await approver.getByRole("button", { name: "Approve", exact: true }).click();
  const dialog = approver.getByRole("dialog", { name: "Prove that it is you" });
  await expect(dialog.getByText("You approve revision 1 of labels in Test.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Use a security key" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await dialog.getByRole("button", { name: "Confirm at the identity provider" }).click();
  await giveSecondFactor(approver, APPROVER);
  // Back on the same page, the approval is given by itself, with the comment that was written.
  await approver.waitForURL((url) => url.pathname === first);
  await expect(approver.getByText("Approved", { exact: true }).first()).toBeVisible();
  await expect(approver.getByText("Looked at with the shop").first()).toBeVisible();
  expect(new URL(approver.url()).searchParams.has("step-up")).toBe(false);

  // A key of the browser's own virtual authenticator, registered after a step-up.
  const devtools = await context.newCDPSession(approver);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await approver.goto(KEYS);
  await expect(approver.getByText("No security key yet")).toBeVisible();
  await approver.getByRole("button", { name: "Add a security key" }).click();
  await approver.getByRole("dialog").getByLabel("Name").fill("Desk key");
  await approver.getByRole("button", { name: "Go on" }).click();
  await dialog.getByRole("button", { name: "Confirm at the identity provider" }).click();
  await giveSecondFactor(approver, APPROVER);
  await approver.waitForURL((url) => url.pathname === KEYS);
  await expect(approver.getByText("You have confirmed.", { exact: false })).toBeVisible();
  await expect(approver.getByRole("dialog").getByLabel("Name")).toHaveValue("Desk key");
  await approver.getByRole("button", { name: "Go on" }).click();
  await expect(approver.getByRole("heading", { name: "Desk key" })).toBeVisible();

  await approver.goto(second);
  await approver.getByRole("button", { name: "Approve", exact: true }).click();
  await dialog.getByRole("button", { name: "Use a security key" }).click();
  await expect(approver.getByText("Approved", { exact: true }).first()).toBeVisible();
  expect(new URL(approver.url()).pathname).toBe(second);

  // Used, renamed, removed; then nothing but the identity provider is left.
  await approver.goto(KEYS);
  await expect(approver.getByText("Never used")).toHaveCount(0);
  await approver.getByRole("button", { name: "Rename" }).click();
  await approver.getByRole("dialog").getByLabel("Name").fill("Safe");
  await approver.getByRole("button", { name: "Save" }).click();
  await expect(approver.getByRole("heading", { name: "Safe" })).toBeVisible();
  await approver.getByRole("button", { name: "Remove" }).click();
  await approver.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(approver.getByText("No security key yet")).toBeVisible();
  expect(violations).toEqual([]);
  await context.close();
});
