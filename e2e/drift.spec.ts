import { expect, type Page, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const OFFICER = { username: "security-officer", realm: "muscatpharmacy" };
/** Drift is looked at each minute. */
const SLOW = 180_000;

/** The demo's cluster has quotas that a script changed, under this name: one cause, several namespaces. */
const BY_SCRIPT = "/t/muscatpharmacy/drift?q=cost-report";

async function openQuotas(page: Page): Promise<void> {
  await expect(async () => {
    await page.goto(`${BY_SCRIPT}&state=all`);
    await expect(page.getByRole("button", { name: /Changed quota/ })).toBeVisible({
      timeout: 3_000,
    });
  }).toPass({ timeout: SLOW });
}

test("one cause over several namespaces is one row; a finding is understood, acknowledged and suppressed", async ({
  page,
}) => {
  test.setTimeout(600_000);
  await signIn(page, OFFICER);
  await openQuotas(page);
  await expect(page.getByText("2 findings of 1 cause")).toBeVisible();
  await page.getByRole("button", { name: "Show the 2 findings of this cause" }).click();
  const staging = page.getByRole("button", {
    name: "ResourceQuota muscatpharmacy-staging/agreed",
  });
  await expect(page.getByRole("button", { name: /muscatpharmacy-test\/agreed/ })).toBeVisible();
  await staging.click();
  await expect(page).toHaveURL(/finding=[0-9a-f-]{36}/);

  // What is wrong, what to do, what differs and who wrote it.
  const panel = page.getByRole("complementary").last();
  await expect(panel.getByText("allows something else than declared")).toBeVisible();
  await expect(panel.getByText("Apply the declared quota again", { exact: false })).toBeVisible();
  const diff = panel.getByRole("region", { name: "What differs" }).last();
  await expect(diff.getByText("requests.memory: 12Gi")).toBeVisible();
  await expect(diff.getByText("Written by cost-report")).toHaveCount(1);
  await diff.getByRole("button", { name: "By field" }).click();
  await expect(page).toHaveURL(/by=field/);
  await expect(diff.getByText("/spec/hard/requests.memory")).toBeVisible();
  await page.reload();
  await expect(diff.getByText("/spec/hard/requests.memory")).toBeVisible();

  // Acknowledged: this one only.
  await panel.getByRole("button", { name: "Acknowledge…" }).click();
  await page.getByRole("dialog").getByLabel("Why (may be left out)").fill("SRE looks at it");
  await page.getByRole("dialog").getByRole("button", { name: "Acknowledge" }).click();
  await expect(panel.getByText("Acknowledged", { exact: true }).first()).toBeVisible();
  await expect(panel.getByText("SRE looks at it")).toBeVisible();

  // Suppressed: with a reason and an end, which the form asks for at its fields.
  await panel.getByRole("button", { name: "Suppress…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Suppress for a time" }).click();
  await expect(dialog.getByText("Say why, in at least 3 characters.")).toBeVisible();
  await expect(dialog.getByText("Choose until when.")).toBeVisible();
  await dialog.getByLabel("Why").fill("Agreed with finance until Monday");
  await dialog.getByLabel("For how long").selectOption("7 days");
  await dialog.getByRole("button", { name: "Suppress for a time" }).click();
  await expect(panel.getByText(/Why: Agreed with finance/)).toBeVisible();
  await page.goto(BY_SCRIPT);
  await expect(page.getByText("1 finding of 1 cause")).toBeVisible();
  await page.goto(`${BY_SCRIPT}&state=suppressed`);
  await page.getByRole("button", { name: /Changed quota/ }).click();
  await panel.getByRole("button", { name: "Lift the suppression…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Lift the suppression" }).click();
  await expect(panel.getByText("No longer suppressed")).toBeVisible();
  await page.goto(BY_SCRIPT);
  await expect(page.getByText("2 findings of 1 cause")).toBeVisible();
  await page.goto("/t/muscatpharmacy/audit?q=type%3Aruntime.drift.suppressed");
  await expect(page.getByRole("row", { name: /^Drift suppressed/ }).first()).toBeVisible();
});

test("a rule shows what it would hide before it is saved, hides it, and tells of it again when it ends", async ({
  page,
}) => {
  test.setTimeout(600_000);
  await signIn(page, OFFICER);
  await openQuotas(page);
  await page.getByRole("button", { name: /Changed quota/ }).click();
  const panel = page.getByRole("complementary").last();
  await panel.getByRole("link", { name: "Ignore this field…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Field, as a JSON pointer")).toHaveValue(
    "/spec/hard/requests.memory",
  );
  await dialog.getByLabel("Namespace").fill("muscatpharmacy-*");
  await dialog.getByLabel("Who answers for it").fill("Platform finance");
  await dialog.getByLabel("Why").fill("The cost report lowers test quotas at night");
  await dialog.getByLabel("For how long").selectOption("30 days");
  await expect(dialog.getByRole("button", { name: "Save the rule" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await dialog.getByRole("button", { name: "Show what it would hide" }).click();
  await expect(dialog.getByText("2 objects: 2 fields")).toBeVisible();
  await expect(dialog.getByText("2 findings would be gone by it.")).toBeVisible();
  await dialog.getByRole("button", { name: "Save the rule" }).click();
  await expect(page.getByText("Saved. The next look follows it.").first()).toBeVisible();

  // The next look follows it.
  await page.getByRole("button", { name: /requests\.memory/ }).click();
  const rule = page.getByRole("complementary").last();
  await expect(async () => {
    await page.reload();
    await expect(rule.getByText("ResourceQuota muscatpharmacy-test/agreed")).toBeVisible({
      timeout: 3_000,
    });
  }).toPass({ timeout: SLOW });
  await rule.getByRole("button", { name: "End it…" }).click();
  await page
    .getByRole("dialog")
    .getByLabel("Reason")
    .fill("The report was mended, tell of it again");
  await page.getByRole("dialog").getByRole("button", { name: "End the rule" }).click();
  await expect(rule.getByText("It is over and hides nothing.")).toBeVisible();
  await expect(async () => {
    await page.goto(BY_SCRIPT);
    await expect(page.getByText("2 findings of 1 cause")).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: SLOW });
});
