import { expect, test } from "@playwright/test";
import { pipelineClient } from "./support/pipeline-client.ts";
import { signIn } from "./support/sign-in.ts";

const PAGE = "/t/muscatpharmacy/api";

test("the API is read in the console, from the document that anybody may fetch", async ({
  page,
  request,
}) => {
  const document = await (await request.get("/api/v1/openapi.json")).json();
  expect(document.openapi).toMatch(/^3\.1\./);
  await signIn(page, { username: "developer", realm: "muscatpharmacy" });
  await page.goto(PAGE);
  const index = page.getByRole("navigation", { name: "Parts of the API" });
  const { summary } = document.paths["/api/v1/deployments"].post;
  await index.getByRole("link", { name: summary }).click();
  await expect(page.getByRole("heading", { name: summary, level: 2 })).toBeVisible();
  await expect(page.getByText("runtime.deployments.request", { exact: true })).toBeVisible();
  await expect(page.getByText("configDigest", { exact: true }).first()).toBeVisible();
  await expect(page.getByRole("region", { name: "Example: Body" })).toContainText('"changeRef"');
  await index.getByRole("link", { name: "Problems" }).click();
  const problem = page.getByText("urn:sovereign-console:problem:conflict", { exact: true });
  await expect(problem).toBeVisible();
  await page.goto(`${PAGE}?at=no.such`);
  await expect(page.getByText("The API has no such operation")).toBeVisible();
});

test("through the framework too: every refusal is a problem, a bound token is taken, its header forged is not", async ({
  request,
  baseURL,
}) => {
  const refusals = [
    [await request.get("/api/v1/nowhere"), 404, "not_found"],
    [await request.put("/api/v1/deployments"), 405, "method_not_allowed"],
    [await request.get("/api/v1/deployments"), 405, "method_not_allowed"],
    [await request.post("/api/v1/deployments", { data: {} }), 401, "unauthenticated"],
    [await request.get("/api/v1/log/muscatpharmacy/checkpoint"), 401, "unauthenticated"],
  ] as const;
  for (const [answer, status, code] of refusals) {
    expect([answer.status(), answer.headers()["content-type"]]).toEqual([
      status,
      "application/problem+json",
    ]);
    expect(await answer.json()).toMatchObject({ status, code });
  }
  const url = new URL(baseURL ?? "").origin;
  const client = await pipelineClient("muscatpharmacy", url);
  const path = "/api/v1/deployments/01900000-0000-7000-8000-000000000000";
  expect((await client.call(fetch, "GET", path)).status).toBe(404);
  const bodies = [
    [{ body: "{}", headers: { "content-type": "text/plain" } }, 415],
    [{ body: "x".repeat(300_000) }, 413],
    [{ body: "{" }, 400],
  ] as const;
  for (const [options, status] of bodies) {
    expect((await client.call(fetch, "POST", "/api/v1/deployments", options)).status).toBe(status);
  }
});
