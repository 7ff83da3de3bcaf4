import { expect, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";
import { confirmAtProvider } from "./support/step-up.ts";

const TENANT = "acme-shop";
const GLASS = `/t/${TENANT}/access/break-glass`;
const REVIEWS = `/t/${TENANT}/access/reviews`;
const FIREMAN = { username: "break-glass", realm: TENANT };
const OFFICER = { username: "security-officer", realm: TENANT };
const REASON = "Payments are down and nobody answers";

test("glass is broken with a second factor, seen by everybody, given back, and reviewed by somebody else", async ({
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  await signIn(page, FIREMAN, GLASS);
  await page.goto(GLASS);
  await page.getByLabel("Why, now").fill(REASON);
  await page.getByRole("button", { name: "Break the glass" }).click();
  await confirmAtProvider(page, FIREMAN, REASON);
  await page.waitForURL((url) => url.pathname === GLASS);
  await expect(page.getByText("You have broken glass on Production").first()).toBeVisible();
  // What the declaration gives can be seen from now on.
  await page.goto(`/t/${TENANT}/rotations`);
  await expect(page.getByRole("heading", { name: "Rotations" })).toBeVisible();
  await expect(page.getByText("You have broken glass on Production")).toBeVisible();

  const officers = await browser.newContext();
  const officer = await officers.newPage();
  await signIn(officer, OFFICER, `/t/${TENANT}`);
  await officer.goto(`/t/${TENANT}`);
  const banner = officer.getByText("Glass is broken: break-glass has emergency rights");
  await expect(banner).toBeVisible();
  await officer.goto(`/t/${TENANT}/alerts`);
  await expect(officer.getByText(REASON, { exact: false }).first()).toBeVisible();

  await page.goto(GLASS);
  await page.getByRole("button", { name: "Give it back" }).click();
  await expect(page.getByRole("button", { name: "Break the glass" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );

  await officer.goto(GLASS);
  await expect(banner).toHaveCount(0);
  await officer.getByRole("region", { name: "Reviews due" }).getByRole("link").click();
  const done = officer.getByRole("region", { name: "What was done under it" });
  await expect(done.getByText("Glass broken")).toBeVisible();
  await officer.getByLabel("What you found").fill("It matches the incident of that night");
  await officer.getByRole("button", { name: "Record the verdict" }).click();
  await expect(officer.getByText("Justified", { exact: true }).first()).toBeVisible();
  await officers.close();

  await page.reload();
  await expect(page.getByRole("button", { name: "Break the glass" })).not.toHaveAttribute(
    "aria-disabled",
    "true",
  );
});

test("a review is answered many at once with exceptions; one's own is for somebody else", async ({
  page,
}) => {
  test.setTimeout(180_000);
  await signIn(page, OFFICER, REVIEWS);
  await page.goto(REVIEWS);
  await page
    .getByRole("link", { name: /^Review of/ })
    .first()
    .click();
  await page.waitForURL(/campaign=/);
  const matrix = page.getByRole("table");
  await expect(matrix.getByRole("columnheader", { name: "developer" })).toBeVisible();
  await page.getByRole("button", { name: "Choose all undecided" }).click();
  await page.getByRole("button", { name: /^Keep \d+$/ }).click();
  await expect(matrix.getByText("Kept").first()).toBeVisible();
  // One's own stays undecided, so that the review can't be closed yet.
  await expect(matrix.getByText("Undecided")).toHaveCount(1);
  await page.getByRole("checkbox", { name: "Choose compliance of compliance" }).first().check();
  await page.getByRole("button", { name: "Revoke…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Why").fill("Moved to another organization");
  await dialog.getByRole("button", { name: "Revoke" }).click();
  await expect(matrix.getByText("Revoked").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Close the review…" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
});
