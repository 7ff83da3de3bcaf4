import { expect, test } from "@playwright/test";
import { type Person, signIn } from "./support/sign-in.ts";
import { confirmAtProvider } from "./support/step-up.ts";

const TENANT = "muscatpharmacy";
const PAGE = `/t/${TENANT}/retention`;
const CLASS = "Received from other systems";
const OFFICER: Person = { username: "security-officer", realm: TENANT };

test("a shorter term says what it would destroy and takes a second officer; a hold is placed and seen", async ({
  page,
  browser,
}) => {
  test.setTimeout(180_000);
  await signIn(page, { username: "compliance", realm: TENANT }, PAGE);
  const terms = page.getByRole("region", { name: "How long events are kept" });
  await terms.getByRole("button", { name: `Change the term of ${CLASS}` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Days").fill("400");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByRole("status")).toContainText("a second officer has to approve it");
  await dialog.getByLabel("Why").fill("The board decided to keep less");
  await dialog.getByRole("button", { name: "Save" }).click();
  const acts = page.getByRole("region", { name: "Erasures and changes", exact: true });
  const asked = acts.getByRole("row").filter({ hasText: "The board decided to keep less" });
  await expect(asked).toContainText("waits for a second officer");
  const approval = await asked.getByRole("link", { name: "Approval" }).getAttribute("href");

  const second = await browser.newContext();
  const officer = await second.newPage();
  await signIn(officer, OFFICER, approval ?? "");
  await officer.getByRole("button", { name: "Approve", exact: true }).click();
  await confirmAtProvider(officer, OFFICER, "You approve");
  await expect(officer.getByText("Your approval is recorded").first()).toBeVisible();
  await second.close();
  await expect(async () => {
    await page.reload();
    const row = terms.getByRole("row").filter({ hasText: CLASS });
    await expect(row).toContainText("400 days", { timeout: 5_000 });
  }).toPass({ timeout: 60_000 });

  await page.getByRole("button", { name: "Place a hold" }).click();
  await dialog.getByLabel("Case").fill("2026/112");
  await dialog.getByLabel("Class", { exact: true }).selectOption("secrets");
  await dialog.getByLabel("Why").fill("Asked for by the prosecutor");
  await dialog.getByRole("button", { name: "Place the hold" }).click();
  const holds = page.getByRole("region", { name: "Legal holds" });
  await expect(holds.getByRole("listitem").filter({ hasText: "2026/112" })).toContainText(
    "in force",
  );
  await expect(terms.getByRole("row").filter({ hasText: "Secrets:" })).toContainText(
    "held by 2026/112",
  );
  const keys = page.getByRole("region", { name: "Keys", exact: true });
  await expect(keys).toContainText("60 seconds at the most");
  const signing = page.getByRole("region", { name: "Keys that sign the log", exact: true });
  await expect(signing).toContainText("in its time");
});

test("a new key of the log is asked for with a second factor, and the form comes back from the provider as it was", async ({
  page,
}) => {
  test.setTimeout(120_000);
  const reason = "A year is over, the walk says";
  await signIn(page, OFFICER, PAGE);
  const keys = page.getByRole("region", { name: "Keys that sign the log", exact: true });
  await keys.getByRole("button", { name: "New key" }).click();
  const form = page.getByRole("dialog", { name: "A new key for the log" });
  await form.getByLabel("Days that both keys sign").fill("14");
  await form.getByLabel("Why").fill(reason);
  await form.getByRole("button", { name: "Ask for a new key" }).click();
  await confirmAtProvider(page, OFFICER, `both sign for 14 days: ${reason}`);
  await page.waitForURL((url) => url.pathname === PAGE);
  await expect(page.getByText("A second officer is asked").first()).toBeVisible();
  await expect(form).toBeHidden();
  expect(new URL(page.url()).searchParams.has("step-up")).toBe(false);
  const acts = page.getByRole("region", { name: "Erasures and changes", exact: true });
  const asked = acts.getByRole("row").filter({ hasText: reason });
  await expect(asked).toContainText("waits for a second officer");
  // Nobody is to find it open: who asked takes it back, which takes no factor.
  await asked.getByRole("link", { name: "Approval" }).click();
  await page.getByLabel("Why do you take it back?").fill("Only tried");
  await page.getByRole("button", { name: "Withdraw" }).click();
  await expect(page.getByText("The request is withdrawn").first()).toBeVisible();
});
