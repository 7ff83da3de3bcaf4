import { expect, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const CLUSTER = "omantel-1";

function review(image: string) {
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "8a4b4e4e-7e0b-4f53-8b1a-6f1f8c8a0f11",
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      namespace: "muscatpharmacy-prod",
      operation: "CREATE",
      userInfo: { username: "system:serviceaccount:kube-system:replicaset-controller" },
      object: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { generateName: "orders-" },
        spec: { containers: [{ name: "orders", image }] },
      },
      oldObject: null,
      dryRun: false,
    },
  };
}

test("a cluster gets a token that the console never sees, and runs what is approved and nothing else", async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  const admin = { username: "sovereign-admin", realm: "catalyst-admin" };
  await signIn(page, admin, "/t/omantel/deployments/admission");
  await page.getByRole("button", { name: `New token for ${CLUSTER}` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Make a token" }).click();
  const copy = dialog.getByRole("button", { name: /^Copy [0-9a-f]{64}$/ });
  const token = ((await copy.getAttribute("aria-label")) ?? "").slice("Copy ".length);
  const sent: string[] = [];
  page.on("request", (each) => sent.push(`${each.url()} ${each.postData() ?? ""}`));
  await dialog.getByLabel("Reason").fill("The cluster is connected for the first time");
  await dialog.getByRole("button", { name: "Take this token" }).click();
  await expect(page.getByText(`${CLUSTER} has a new token`).first()).toBeVisible();
  expect(sent.filter((each) => each.includes("setCredential"))).toHaveLength(1);
  expect(sent.filter((each) => each.includes(token))).toEqual([]);

  await page.goto("/t/muscatpharmacy/deployments?view=running");
  const shown = page.getByText(/registry\.omantel\.example\/muscatpharmacy\/orders:.*@sha256:/);
  const text = (await shown.first().textContent()) ?? "";
  const image = text.match(/\S+@sha256:[0-9a-f]{64}/)?.[0] ?? "";
  expect(image).not.toBe("");
  const asks = (data: unknown, authorization = `Bearer ${token}`) =>
    request.post(`/api/v1/admission/${CLUSTER}?timeout=5s`, { headers: { authorization }, data });
  const good = await asks(review(image));
  expect((await good.json()).response).toMatchObject({ allowed: true });
  const other = image.replace(/.{8}$/, "00000000");
  const bad = (await (await asks(review(other))).json()).response;
  expect(bad).toMatchObject({ allowed: false, status: { code: 403 } });
  expect(bad.status.message).toContain("is not approved for prod of muscatpharmacy");
  expect((await asks(review(image), `Bearer ${"x".repeat(64)}`)).status()).toBe(401);

  // The denial stands in the organization's log.
  await page.goto(
    "/t/muscatpharmacy/audit?q=subject%3A%22act%2Fadmission%2Fmuscatpharmacy-prod%22",
  );
  await expect(page.getByText("denied", { exact: false }).first()).toBeVisible();
});
