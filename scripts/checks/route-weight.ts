/**
 * `npm run weight`: what a browser loads on the first visit of each page of the production build.
 * Chromium visits each with an empty cache; its scripts up to the load event are weighed gzipped
 * (1 kB = 1,000 bytes). What comes after that event (lazy parts, prefetches) is shown beside.
 */
import { globSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page, type Response } from "@playwright/test";
import { signIn } from "../../e2e/support/sign-in.ts";
import { findChromium } from "../../test/harness/chromium.ts";
import { withDemo } from "../parts/with-demo.ts";
import { pageRoutes, sampleAddress } from "./page-routes.ts";

const LIMIT_KB = 175;
/** How long what comes after the load event is waited for: it is only shown. */
const QUIET_MILLIS = 2_000;
const SAMPLES: Record<string, string> = { tenant: "muscatpharmacy" };
const VISITOR = { username: "security-officer", realm: "muscatpharmacy" };
/** Pages for somebody who has not signed in. */
const SIGNED_OUT = new Set(["/sign-in"]);

type StorageState = Awaited<ReturnType<Awaited<ReturnType<Browser["newContext"]>>["storageState"]>>;
interface Weight {
  readonly scripts: number;
  readonly styles: number;
  readonly later: number;
}

async function weigh(browser: Browser, url: string, storageState?: StorageState): Promise<Weight> {
  const context = await browser.newContext(storageState ? { storageState } : {});
  try {
    const page = await context.newPage();
    const seen: { response: Response; isLater: boolean }[] = [];
    let isLoaded = false;
    page.on("response", (response) => seen.push({ response, isLater: isLoaded }));
    page.once("load", () => {
      isLoaded = true;
    });
    const answer = await page.goto(url, { waitUntil: "load" });
    if (answer?.status() !== 200 || new URL(page.url()).pathname !== new URL(url).pathname) {
      throw new Error(
        `${url} ended at ${page.url()} with status ${answer?.status()}: not the page itself`,
      );
    }
    // A page that follows its data is never idle.
    await page.waitForLoadState("networkidle", { timeout: QUIET_MILLIS }).catch(() => undefined);
    const sum = async (type: string, isLater: boolean) => {
      let bytes = 0;
      for (const each of seen.filter((one) => one.isLater === isLater)) {
        if (each.response.request().resourceType() !== type || !each.response.ok()) continue;
        bytes += gzipSync(await each.response.body()).length;
      }
      return bytes / 1_000;
    };
    return {
      scripts: await sum("script", false),
      styles: await sum("stylesheet", false),
      later: (await sum("script", true)) + (await sum("stylesheet", true)),
    };
  } finally {
    await context.close();
  }
}

/** The id of a record that exists, for the routes that show one. */
async function sampleBinding(page: Page): Promise<string> {
  const input = encodeURIComponent(JSON.stringify({ json: { limit: 1 } }));
  const answer = await page.request.get(`/api/trpc/rotation.list?input=${input}`, {
    headers: { "x-tenant": SAMPLES.tenant ?? "" },
  });
  const id = /"bindingId":"([0-9a-f-]{36})"/.exec(await answer.text())?.[1];
  if (!id) throw new Error("the demo has no credential whose page could be weighed");
  return id;
}

/** The id of a deployment request of the demo. */
async function sampleDeployment(page: Page): Promise<string> {
  const input = encodeURIComponent(JSON.stringify({ json: { limit: 1 } }));
  const answer = await page.request.get(`/api/trpc/deployments.list?input=${input}`, {
    headers: { "x-tenant": SAMPLES.tenant ?? "" },
  });
  const id = /"deploymentId":"([0-9a-f-]{36})"/.exec(await answer.text())?.[1];
  if (!id) throw new Error("the demo has no deployment request whose page could be weighed");
  return id;
}

async function weighAll(consoleUrl: string): Promise<Map<string, Weight>> {
  const root = join(import.meta.dirname, "../..");
  const routes = pageRoutes(globSync("app/**/page.tsx", { cwd: root }));
  const browser = await chromium.launch(findChromium());
  try {
    const context = await browser.newContext({ baseURL: consoleUrl });
    const visitor = await context.newPage();
    await signIn(visitor, VISITOR, `/t/${SAMPLES.tenant}/audit`);
    SAMPLES.binding = await sampleBinding(visitor);
    SAMPLES.id = await sampleDeployment(visitor);
    const signedIn = await context.storageState();
    const weights = new Map<string, Weight>();
    for (const route of routes.filter((each) => each !== "/")) {
      const url = new URL(sampleAddress(route, SAMPLES), consoleUrl).href;
      weights.set(route, await weigh(browser, url, SIGNED_OUT.has(route) ? undefined : signedIn));
    }
    return weights;
  } finally {
    await browser.close();
  }
}

const stopping = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stopping.abort());
const weights = await withDemo(join(import.meta.dirname, "../.."), stopping.signal, (runtime) =>
  weighAll(runtime.consoleUrl),
);

const kb = (value: number) => value.toFixed(1).padStart(8);
process.stdout.write(`${"route (gzip kB)".padEnd(40)} scripts  styles   later\n`);
let heavy = 0;
for (const [route, { scripts, styles, later }] of weights) {
  const isHeavy = scripts > LIMIT_KB;
  if (isHeavy) heavy += 1;
  const verdict = isHeavy ? `  over ${LIMIT_KB} kB: load the heavy part lazily (next/dynamic)` : "";
  process.stdout.write(`${route.padEnd(38)}${kb(scripts)}${kb(styles)}${kb(later)}${verdict}\n`);
}
if (weights.size === 0) throw new Error("no page was weighed: the check would prove nothing");
process.stdout.write(`${weights.size} routes, ${heavy} over ${LIMIT_KB} kB first-load scripts\n`);
process.exitCode = heavy === 0 ? 0 : 1;
