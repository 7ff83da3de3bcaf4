import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const OFFICER = { username: "security-officer", realm: "lulu-hypermarket" };
const SLOW = 60_000;
const POLICY = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: own-namespace-only
  namespace: lulu-hypermarket-prod
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
    - {}
  egress:
    - to:
        - podSelector: {}
`;

test("the demo's open border: which rule is missing, what a change would do, and the cell as evidence", async ({
  page,
}) => {
  test.setTimeout(240_000);
  await signIn(page, OFFICER);

  // Another tenant reaches the shop's databases: by which policy, and what would close it.
  const count = page.getByRole("button", { name: /another tenant can reach lulu-hypermarket/ });
  await expect(async () => {
    await page.goto("/t/lulu-hypermarket/isolation?tab=reach");
    await expect(count).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: SLOW });
  await count.click();
  await expect(page.getByText("TCP 5432").first()).toBeVisible({ timeout: SLOW });
  await expect(page.getByText("lulu-hypermarket-prod/allow-postgres").first()).toBeVisible();
  await page
    .getByRole("button", { name: "Work out the missing rule for lulu-hypermarket" })
    .first()
    .click();
  await expect(page.getByText("The engine tried it: the connection is gone.")).toBeVisible({
    timeout: SLOW,
  });
  const rule = page.getByRole("region", { name: "The rule that is missing" });
  await expect(rule.getByText("catalyst.openova.io/tenant: lulu-hypermarket")).toBeVisible();
  // The neighbour stays opaque, on the whole page.
  await expect(page.getByText("acme")).toHaveCount(0);

  // A text that is no policy is refused at its field; one that is one is answered.
  await page.getByRole("tab", { name: "What if" }).click();
  const text = page.getByLabel("NetworkPolicies, as YAML or JSON");
  await text.fill("a: 1\nb: [");
  await page.getByRole("button", { name: "What if…" }).click();
  await expect(page.getByText(/This is not a NetworkPolicy: line 2/)).toBeVisible({
    timeout: SLOW,
  });
  await text.fill(POLICY);
  await page.getByRole("button", { name: "What if…" }).click();
  await expect(page.getByRole("heading", { name: "Would be open" })).toBeVisible({ timeout: SLOW });
  await expect(page.getByText("What would violate then")).toBeVisible();
  await expect(page).toHaveURL(/what-if=[0-9a-f-]{36}/);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Would be open" })).toBeVisible({ timeout: SLOW });
  await expect(text).toHaveValue(POLICY);

  // The cell, and the file that an auditor takes along.
  await page.goto("/t/lulu-hypermarket/isolation?cell=network");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export as evidence" }).click();
  const file = JSON.parse(readFileSync(await (await download).path(), "utf8"));
  expect(file).toMatchObject({ tenant: "lulu-hypermarket", layer: "network", state: "violated" });
  expect(file.documentDigest).toMatch(/^[0-9a-f]{64}$/);
});
