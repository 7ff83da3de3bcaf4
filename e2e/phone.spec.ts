import { expect, type Page, test } from "@playwright/test";
import { signIn } from "./support/sign-in.ts";

const PHONE = { width: 390, height: 844 };
const PAGES = [
  "",
  "/inbox",
  "/rotations",
  "/rotations?overview=classes&env=prod",
  "/rotations?overview=ages",
  "/bindings",
  "/bindings?tab=bind",
  "/bindings?tab=import",
  "/leases",
  "/access",
  "/security-keys",
  "/policies",
  "/decisions",
  "/decisions/what-if",
  "/rights",
  "/api",
  "/api?at=deployments.claim",
  "/audit",
  "/evidence",
  "/delivery",
  "/delivery?tab=letters",
  "/alerts",
  "/alerts?tab=webhooks",
  "/incidents",
  "/quotas",
  "/retention",
  "/tenants",
  "/compliance",
  "/compliance?framework=soc2&control=CC6.1",
  "/compliance/threats",
  "/isolation",
  "/isolation?cell=network",
  "/isolation?tab=reach",
  "/isolation?tab=what-if",
  "/drift",
  "/drift/ignored",
  "/drift/ignored?rule=new",
  "/drift/remediation",
  "/drift/tenants",
  "/regions",
  "/access/reviews",
  "/access/break-glass",
  "/deployments",
  "/deployments?new=1",
  "/deployments/environments?environment=prod",
  "/deployments/admission",
  "/received",
];

/** What is wider than the phone: the outermost first. */
async function widerOf(page: Page, path: string): Promise<string[]> {
  // So many pages in a row may be more than one person is given: what is refused for that is asked again.
  await expect(async () => {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeInViewport();
  }).toPass({ timeout: 90_000 });
  return page.evaluate((name) => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth === clientWidth) return [];
    const wide = [...document.querySelectorAll("main *")].filter(
      (each) => each.getBoundingClientRect().width > clientWidth,
    );
    const told = wide.slice(0, 6).map(({ tagName, className }) => `${tagName} ${className}`);
    return [`${name} is ${scrollWidth} wide: ${told.join(" > ")}`];
  }, path);
}

async function expectNoWider(page: Page, path: string): Promise<void> {
  expect(await widerOf(page, path)).toEqual([]);
}

test.use({ viewport: PHONE });

for (const locale of ["en", "ar"]) {
  test(`no page is wider than a phone, ${locale}`, async ({ page, context, browser, baseURL }) => {
    test.setTimeout(600_000);
    await signIn(page, { username: "security-officer", realm: "muscatpharmacy" });
    const language = { name: "console-locale", value: locale, url: baseURL ?? "" };
    await context.addCookies([language]);
    const found: string[] = [];
    for (const path of PAGES) found.push(...(await widerOf(page, `/t/muscatpharmacy${path}`)));
    expect(found).toEqual([]);
    const operators = await browser.newContext({ viewport: PHONE });
    const operator = await operators.newPage();
    await signIn(operator, { username: "platform-operator", realm: "catalyst-admin" });
    await operators.addCookies([language]);
    await expectNoWider(operator, "/t/omantel/health");
    await expectNoWider(operator, "/t/omantel/regions");
    await operators.close();
    // Who approves from a phone has several tenants, and so a menu of them in the frame.
    const approvers = await browser.newContext({ viewport: PHONE });
    const approver = await approvers.newPage();
    await signIn(approver, { username: "sovereign-admin", realm: "catalyst-admin" });
    await approvers.addCookies([language]);
    await expectNoWider(approver, "/t/muscatpharmacy/deployments");
    await approvers.close();
  });
}
