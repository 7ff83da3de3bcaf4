import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const OFFICER = { username: "security-officer", realm: "muscatpharmacy" };
/** What the receiver of this test refuses, as a mapping conflict would. */
const POISON = "runtime.delivery.sink-added";
const taken = new Set<string>();
let isRefusing = true;
let server: Server;
let url = "";

test.beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const events = JSON.parse(Buffer.concat(chunks).toString()) as { id: string; type: string }[];
    if (isRefusing && events.some(({ type }) => type === POISON)) {
      response.writeHead(422).end();
      return;
    }
    for (const { id } of events) taken.add(id);
    response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`;
});
test.afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("a sink is tried, added and catches up; what it refuses is set aside and sent again", async ({
  page,
}) => {
  test.setTimeout(240_000);
  await signIn(page, OFFICER);
  await page.goto("/t/muscatpharmacy/delivery");
  // The demo's own receiver gets the log from its beginning.
  const demo = page.getByRole("row", { name: /Demo SIEM/ });
  await expect(demo).toContainText("Delivering", { timeout: 60_000 });

  await page.getByRole("button", { name: "Add sink" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("Archive");
  await dialog.getByLabel("Kind").selectOption("webhook");
  await dialog.getByLabel("Address").fill(url);
  await dialog.getByLabel("Token: path in the vault").fill("siem/no-such-token");
  await dialog.getByRole("button", { name: "Try it" }).click();
  // The path keeps its own direction: marks that nobody sees stand around it.
  await expect(dialog.getByRole("status")).toContainText(
    /The vault holds no secret at .?muscatpharmacy\/siem\/no-such-token/,
    { timeout: 60_000 },
  );
  await dialog.getByLabel("Token: path in the vault").fill("");
  await dialog.getByRole("button", { name: "Try it" }).click();
  await expect(dialog.getByRole("status")).toContainText("would take events", { timeout: 60_000 });
  await dialog.getByLabel("What it gets").fill("outcom:denied");
  await dialog.getByLabel("Begins").selectOption("beginning");
  await dialog.getByRole("button", { name: "Add sink" }).click();
  await expect(dialog.getByRole("alert")).toContainText("There is no field");
  await dialog.getByLabel("What it gets").fill("");
  await dialog.getByRole("button", { name: "Add sink" }).click();
  await expect(dialog).toBeHidden();

  await page.getByRole("button", { name: /^Archive/ }).click();
  const panel = page.getByRole("complementary", { name: "Archive" });
  await expect(panel.getByText("Delivered", { exact: true }).first()).toBeVisible();
  await expect.poll(() => taken.size, { timeout: 60_000 }).toBeGreaterThan(10);
  await expectAccessible(page);
  await panel.getByRole("button", { name: "Close" }).click();

  await page.goto("/t/muscatpharmacy/delivery?tab=letters");
  const letter = page.getByRole("listitem").filter({ hasText: POISON }).first();
  await expect(letter).toContainText("422", { timeout: 60_000 });
  await letter.getByRole("button", { name: /Inspect/ }).click();
  const inspected = page.getByRole("complementary", { name: POISON });
  await expect(
    inspected.getByRole("region", { name: "Envelope, as the log has it" }).last(),
  ).toContainText(`"type": "${POISON}"`);
  await expectAccessible(page);
  const before = taken.size;
  isRefusing = false;
  await inspected.getByRole("button", { name: "Send again" }).click();
  await dialog.getByLabel("Reason").fill("the receiver's mapping was mended");
  await dialog.getByRole("button", { name: "Send again" }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(() => taken.size, { timeout: 60_000 }).toBeGreaterThan(before);
  await page.getByRole("combobox", { name: "Show" }).selectOption("delivered");
  await expect(letter).toBeVisible({ timeout: 60_000 });

  await page.goto("/t/muscatpharmacy/delivery");
  await page.getByRole("button", { name: /^Archive/ }).click();
  await panel.getByRole("button", { name: "Remove" }).click();
  await dialog.getByLabel("Reason").fill("only to see that it works");
  await dialog.getByLabel(/Type Archive/).fill("Archive");
  await dialog.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("row", { name: /Archive/ })).toHaveCount(0);
});

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}
