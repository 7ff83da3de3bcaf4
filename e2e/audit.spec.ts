import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const OFFICER = { username: "security-officer", realm: "muscatpharmacy" };
const COMPLIANCE = { username: "compliance", realm: "muscatpharmacy" };
const AUDIT = "/t/muscatpharmacy/audit";
/** The first hundred entries of the log: sealed, so that they stay what they are however often this runs. */
const FIRST = "index:[0 TO 99]";
/** A key of no log here. */
const ANOTHER_KEY = "another.example/log+0c4bf032+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
const at = (query: string) => `${AUDIT}?q=${encodeURIComponent(query)}`;
const queryBar = (page: Page) => page.getByRole("combobox", { name: "Query over the whole log" });
const numbers = (page: Page) => page.getByRole("region", { name: "The answer in numbers" });
const rows = (page: Page) => page.locator("[data-row-open]");

/** Only the loaded page shows the numbers: from then on it listens. */
async function expectFits(page: Page, count: number | RegExp): Promise<void> {
  const text =
    typeof count === "number" ? `${count} event${count === 1 ? " fits" : "s fit"},` : count;
  await expect(numbers(page).getByRole("status")).toContainText(text, { timeout: 30_000 });
}

test("a query is completed and coloured as it is typed, and mended where it is wrong", async ({
  page,
}) => {
  await signIn(page, COMPLIANCE, at(FIRST));
  await expectFits(page, 100);
  const bar = queryBar(page);
  await bar.fill("");
  await bar.pressSequentially("outc");
  const suggestions = page.getByRole("listbox", { name: "Suggestions" }).getByRole("option");
  await expect(suggestions).toHaveText(["outcome"]);
  await bar.press("ArrowDown");
  await bar.press("Tab");
  await expect(bar).toHaveValue("outcome:");
  await expect(suggestions).toHaveText(["succeeded", "denied", "failed"]);
  await bar.pressSequentially("s");
  await suggestions.first().click();
  await expect(bar).toHaveValue("outcome:succeeded");
  const coloured = page.getByRole("search").locator("[aria-hidden] span");
  await expect(coloured.filter({ hasText: /^outcome:$/ })).toHaveClass(/text-accent/);

  await bar.fill(`outcom:succeeded ${FIRST}`);
  await expect(coloured.filter({ hasText: /^outcom:$/ })).toHaveClass(/text-danger/);
  await expect(page.getByText("There is no field “outcom”.")).toBeVisible();
  await expect(bar).toHaveAccessibleDescription(/There is no field “outcom”/);
  await page.getByRole("button", { name: "Use “outcome”" }).click();
  await expect(bar).toHaveValue(`outcome:succeeded ${FIRST}`);
  await expect(page).toHaveURL(/q=outcome%3Asucceeded/);
  await expectFits(page, /events? fits?, counted over the whole log/);

  // What a payload field can't do is said, with what it can.
  await page.goto(at("payload.region:*usc*"));
  await expect(page.getByText("A * can only stand at the end of a word here.")).toBeVisible();
  await expect(page.getByText(/they match by word, by equality/)).toBeVisible();
});

test("facets and bars narrow the whole answer, and both numbers agree", async ({ page }) => {
  await signIn(page, COMPLIANCE, at(FIRST));
  await expectFits(page, 100);
  const facet = numbers(page).getByRole("listitem").getByRole("button").first();
  const text = (await facet.textContent()) ?? "";
  const count = Number(/\d+$/.exec(text)?.[0]);
  expect(count).toBeGreaterThan(0);
  await facet.click();
  await expectFits(page, count);
  await expect(rows(page)).toHaveCount(Math.min(count, 50));

  await page.goto(at(FIRST));
  await expectFits(page, 100);
  const bars = numbers(page).getByRole("img", { name: /^Events over time/ });
  const box = await bars.boundingBox();
  if (!box) throw new Error("the bars are not drawn");
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + 1, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 1, y);
  await page.mouse.up();
  await expect(page).toHaveURL(/time%3A%5B/);
  await expectFits(page, 100);
  await numbers(page).getByText("As a table").click();
  const bar = numbers(page)
    .getByRole("row")
    .filter({ has: page.getByRole("button") })
    .first();
  const within = Number(await bar.getByRole("cell").last().textContent());
  await bar.getByRole("button").click();
  await expectFits(page, within);
});

test("pages follow each other both ways, and begin at a chosen time with chosen columns", async ({
  page,
}) => {
  await signIn(page, COMPLIANCE, at(FIRST));
  await expectFits(page, 100);
  await expect(rows(page)).toHaveCount(50);
  await page.getByRole("button", { name: "Load older events" }).click();
  await expect(rows(page)).toHaveCount(100);
  const ids = () =>
    rows(page).evaluateAll((all) => all.map((row) => row.getAttribute("data-row-open")));
  const whole = await ids();
  expect(new Set(whole).size).toBe(100);
  const times = page.getByRole("row").locator("time");
  const from = await times.nth(60).getAttribute("datetime");
  if (!from) throw new Error("the row tells no time");

  // The field takes the reader's own time, as the rows show it.
  const local = await page.evaluate((iso) => {
    const date = new Date(iso);
    return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  }, from);
  const jump = page.getByLabel("Go to");
  await jump.fill(local);
  await jump.press("Enter");
  await expect(page).toHaveURL(/at=20/);
  await expect(page.getByRole("button", { name: "Back to the newest" })).toBeVisible();
  const minute = new Date(from).setUTCSeconds(59, 999);
  await expect(async () => {
    const newest = await times.first().getAttribute("datetime");
    expect(new Date(newest ?? "").getTime()).toBeLessThanOrEqual(minute);
  }).toPass({ timeout: 20_000 });
  const begun = (await ids())[0];
  await page.getByRole("button", { name: "Load newer events" }).click();
  await expect
    .poll(async () => (await ids()).indexOf(begun ?? ""))
    .toBe(whole.indexOf(begun ?? ""));

  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Actor" }).click();
  await expect(page).toHaveURL(/hide=actor/);
  await expect(page.getByRole("columnheader", { name: "Actor" })).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("columnheader", { name: "Outcome" })).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "Actor" })).toHaveCount(0);
});

test("a live tail keeps its filter while a view is kept, shared, used by somebody else and removed", async ({
  page,
  browser,
}) => {
  const name = "Refusals of the week";
  await signIn(page, OFFICER, at("outcome:denied since:7d"));
  await expect(numbers(page)).toBeVisible({ timeout: 30_000 });
  const theirs = await browser.newContext();
  const other = await theirs.newPage();
  await signIn(other, COMPLIANCE, at("type:runtime.views.*"));
  await other.getByLabel("Follow live").check();
  await expect(other).toHaveURL(/tail=1/);
  await expect(numbers(other)).toBeVisible({ timeout: 30_000 });
  const kept = other.getByRole("button", { name: "View kept" });
  const removed = other.getByRole("button", { name: "View removed" });
  const before = { kept: await kept.count(), removed: await removed.count() };

  const views = page.getByRole("button", { name: "Views" });
  await views.click();
  await page.getByRole("menuitem", { name: /Save this view/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel(/Share with everybody/).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(kept).toHaveCount(before.kept + 1, { timeout: 30_000 });

  const taker = await theirs.newPage();
  await taker.goto(AUDIT);
  await taker.getByRole("button", { name: "Views" }).click();
  await taker.getByRole("menuitemradio", { name: new RegExp(name) }).click();
  await expect(queryBar(taker)).toHaveValue("outcome:denied since:7d");

  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: `Remove “${name}”` }).click();
  await expect(removed).toHaveCount(before.removed + 1, { timeout: 30_000 });
  // Both of them read the log meanwhile, which is told there too: the tail leaves it out.
  expect(
    await rows(other).evaluateAll((all) => [...new Set(all.map((row) => row.textContent))].sort()),
  ).toEqual(["View kept", "View removed"]);
  await theirs.close();
});

test("an opened event shows what was sealed and decided; its proof is computed here, and fails when bytes differ", async ({
  page,
}) => {
  await signIn(page, OFFICER, at("type:runtime.deployments.approved"));
  await rows(page).first().click();
  const panel = page.locator("[data-detail-panel]");
  for (const heading of ["Seal", "Policy decision", "Trace", "Payload", "Envelope"]) {
    await expect(panel.getByRole("heading", { name: heading })).toBeVisible({ timeout: 30_000 });
  }
  await expect(panel.getByRole("link", { name: "What it was made from" })).toBeVisible();
  // The review and what it led to are of one trace: one of them opens the other.
  const trace = panel.getByRole("region", { name: "Trace" });
  await trace.getByRole("button", { name: "Request approved" }).first().click();
  await expect(panel.getByRole("heading", { level: 2, name: "Request approved" })).toBeVisible({
    timeout: 30_000,
  });

  await page.goto(at("type:runtime.isolation.declared"));
  await rows(page).first().click();
  await expect(panel.getByRole("heading", { name: "What changed" })).toBeVisible({
    timeout: 30_000,
  });
  await expect(panel.getByText(/^Verified in this browser against checkpoint/)).toBeVisible({
    timeout: 30_000,
  });
  await expect(panel.getByRole("region", { name: "Payload as JSON" })).toContainText("{");
  await expect(panel.getByRole("region", { name: "Envelope as JSON" })).toContainText(
    '"specversion": "1.0"',
  );

  // The head's signature is checked by the key that this browser keeps, and by no other.
  await expect(
    panel.getByText("Head signed by the log's key, checked in this browser"),
  ).toBeVisible({ timeout: 30_000 });
  await panel.getByText("Use a key that you got elsewhere").click();
  const ownKey = panel.getByRole("textbox", { name: "Verifier key" });
  await ownKey.fill("not a key");
  await panel.getByRole("button", { name: "Use this key" }).click();
  await expect(panel.getByText("This is no verifier key", { exact: false })).toBeVisible();
  await ownKey.fill(ANOTHER_KEY);
  await panel.getByRole("button", { name: "Use this key" }).click();
  await expect(
    panel.getByText("This head is not signed by the key that this browser keeps"),
  ).toBeVisible();

  // One letter of the sealed bytes is another on its way: the page must not take the server's word.
  await page.route(/audit\.byId/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replaceAll(
      '\\"specversion\\":\\"1.0\\"',
      '\\"specversion\\":\\"1.1\\"',
    );
    await route.fulfill({ response: answer, body });
  });
  await page.reload();
  await expect(panel.getByText("What is stored is not what was sealed")).toBeVisible({
    timeout: 30_000,
  });
});

test("an export holds what the page's query finds, whole", async ({ page }) => {
  await signIn(page, COMPLIANCE, at(FIRST));
  await expectFits(page, 100);
  const take = async (item: string) => {
    await page.getByRole("button", { name: "Export", exact: true }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: item }).click();
    const file = await download;
    return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
  };
  const lines = await take("NDJSON, all that fit");
  expect(lines.name).toMatch(/^events-muscatpharmacy-.*\.ndjson$/);
  const events = lines.text.trim().split("\n");
  expect(events.map((line) => JSON.parse(line))).toHaveLength(100);
  const table = await take("CSV, all that fit");
  expect(table.name).toMatch(/\.csv$/);
  const indexes = [...table.text.matchAll(/^(\d+),20/gm)].map(([, index]) => Number(index));
  expect(indexes).toEqual(Array.from({ length: 100 }, (_, index) => index));
});
