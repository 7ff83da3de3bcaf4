import { randomUUID } from "node:crypto";
import { expect, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const OFFICER = { username: "security-officer", realm: "muscatpharmacy" };

test("a machine is registered and tells the log; what was refused is mended, and both are seen there", async ({
  page,
  request,
}) => {
  test.setTimeout(240_000);
  const name = `collector-${randomUUID().slice(0, 8)}`;
  await signIn(page, OFFICER, "/t/muscatpharmacy/received");
  await page.getByRole("button", { name: "Register a machine" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("What it sends").selectOption("cloudevents");
  await dialog.getByRole("button", { name: "Make a token" }).click();
  const copy = dialog.getByRole("button", { name: /^Copy [0-9a-f]{64}$/ });
  const token = ((await copy.getAttribute("aria-label")) ?? "").slice("Copy ".length);
  const sent: string[] = [];
  page.on("request", (each) => sent.push(`${each.url()} ${each.postData() ?? ""}`));
  await dialog.getByLabel("Why").fill("The collector is connected for the first time");
  await dialog.getByRole("button", { name: "Save" }).click();
  const address = dialog.getByRole("button", { name: /^Copy http.*\/api\/v1\/events\// });
  const url = ((await address.getAttribute("aria-label")) ?? "").slice("Copy ".length);
  expect(sent.filter((each) => each.includes("saveSource"))).toHaveLength(1);
  expect(sent.filter((each) => each.includes(token))).toEqual([]);
  await dialog.getByRole("button", { name: "I have kept it" }).click();

  const event = { specversion: "1.0", source: "/till", type: "com.example.till.opened" };
  const post = (data: object) =>
    request.post(new URL(url).pathname, { headers: { authorization: `Bearer ${token}` }, data });
  const taken = await post({ ...event, id: randomUUID(), principal: "cashier", data: { till: 7 } });
  expect(await taken.json()).toMatchObject({ received: 1 });
  const refused = await post({ ...event, id: randomUUID(), time: "noon" });
  expect(await refused.json()).toMatchObject({ refused: 1 });

  await page.reload();
  const source = page.getByRole("listitem").filter({ hasText: name }).first();
  await expect(source).toContainText("1 received · 1 refused", { timeout: 60_000 });
  const letter = page.getByRole("button", { name: new RegExp(`Malformed\\s*${name}`) });
  await letter.click();
  const panel = page.getByRole("complementary", { name: "Malformed" });
  await expect(panel).toContainText("must be a time as RFC 3339 has it", { timeout: 60_000 });
  await panel.getByRole("button", { name: "Send again" }).click();
  const mend = page.getByRole("dialog");
  const envelope = mend.getByLabel("Envelope");
  await envelope.fill((await envelope.inputValue()).replace('"noon"', '"2026-11-22T12:00:00Z"'));
  await mend.getByLabel("Why").fill("The collector writes the time as a word");
  await mend.getByRole("button", { name: "Send again" }).click();
  await panel.getByRole("link", { name: "the event in the log" }).click();
  const seen = page.locator("[data-detail-panel]");
  await expect(seen).toContainText("Received from", { timeout: 60_000 });
  await expect(seen).toContainText(`${name} (cloudevents)`);
  await expect(seen).toContainText("Vouched for by");
  await expect(seen).toContainText("Mended by");
});
