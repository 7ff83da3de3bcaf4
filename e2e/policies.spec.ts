import { expect, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const OFFICER = { username: "security-officer", realm: "muscatpharmacy" };
const POLICIES = "/t/muscatpharmacy/policies";
const POLICY = `apiVersion: catalyst.openova.io/v1alpha1
kind: SecretPolicy
metadata:
  name: short-lived-tokens
spec:
  rules:
    - kind: api-token
      maxTTL: 45d
      rotateBefore: 5d
`;

test("a policy is written, corrected, looked at and saved; its credentials say that they follow it", async ({
  page,
}) => {
  test.setTimeout(120_000);
  await signIn(page, OFFICER, POLICIES);
  await page.getByRole("button", { name: "New policy" }).click();
  const text = page.getByLabel("SecretPolicy documents");
  const save = page.getByRole("button", { name: "Save", exact: true });
  await expect(save).toHaveAttribute("aria-disabled", "true");

  await text.fill(POLICY.replace("45d", "-45d"));
  const look = page.getByRole("button", { name: "Show what would change" });
  await look.click();
  await expect(page.getByText(/spec\.rules\[0\]\.maxTTL .* is not a duration/)).toBeVisible();
  await page.getByRole("button", { name: "Line 8" }).click();
  const chosen = await text.evaluate((area: HTMLTextAreaElement) =>
    area.value.slice(area.selectionStart, area.selectionEnd),
  );
  expect(chosen.trim()).toBe("maxTTL: -45d");
  await expect(save).toHaveAttribute("aria-disabled", "true");

  await text.fill(POLICY);
  await look.click();
  await expect(page.getByText(/credentials? would get another rule/)).toBeVisible();
  await page.getByLabel("Reason").fill("Agreed in the security council");
  await save.click();
  await expect(page.getByText("1 policy is saved", { exact: false }).first()).toBeVisible();
  await expect(page.getByRole("heading", { name: "Versions" })).toBeVisible();

  // The worker judges the credentials anew within seconds.
  await page.goto("/t/muscatpharmacy/rotations?class=api-token");
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("row", { name: /limit 45 days/ }).first()).toBeVisible({
      timeout: 2_000,
    });
  }).toPass({ timeout: 30_000 });
  const row = page.getByRole("row", { name: /limit 45 days/ }).first();
  // Its name opens it: what stands in the middle of a row may be a button of its own.
  await row.getByRole("rowheader").getByRole("button").click();
  const panel = page.getByRole("complementary", { name: /-token/ });
  await expect(
    panel.getByText("policy short-lived-tokens of this organization, version 1"),
  ).toBeVisible();
});
