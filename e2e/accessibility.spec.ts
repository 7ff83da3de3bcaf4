import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import ar from "../messages/ar/common.json" with { type: "json" };
import en from "../messages/en/common.json" with { type: "json" };
import { signIn } from "./support/sign-in.ts";

const OFFICER = { username: "security-officer", realm: "muscatpharmacy" };
const PAGES = [
  "/t/muscatpharmacy",
  "/t/muscatpharmacy/inbox",
  "/t/muscatpharmacy/rotations",
  "/t/muscatpharmacy/rotations?overview=classes&env=prod",
  "/t/muscatpharmacy/rotations?overview=ages",
  "/t/muscatpharmacy/security-keys",
  "/t/muscatpharmacy/leases?workload=reporting-jobs&show=all",
  "/t/muscatpharmacy/access",
  "/t/muscatpharmacy/bindings",
  "/t/muscatpharmacy/bindings?tab=bind",
  "/t/muscatpharmacy/bindings?tab=import",
  "/t/muscatpharmacy/bindings?tab=targets",
  "/t/muscatpharmacy/policies?policy=new",
  "/t/muscatpharmacy/deployments?new=1",
  "/t/muscatpharmacy/deployments?view=running",
  "/t/muscatpharmacy/deployments/environments?environment=prod",
  "/t/muscatpharmacy/deployments/admission",
  "/t/muscatpharmacy/received",
  "/t/muscatpharmacy/api",
  "/t/muscatpharmacy/api?at=deployments.request",
  "/t/muscatpharmacy/decisions",
  "/t/muscatpharmacy/decisions/what-if",
  "/t/muscatpharmacy/rights",
  "/t/muscatpharmacy/audit",
  "/t/muscatpharmacy/evidence",
  "/t/muscatpharmacy/delivery",
  "/t/muscatpharmacy/delivery?tab=letters",
  "/t/muscatpharmacy/alerts",
  "/t/muscatpharmacy/alerts?tab=webhooks",
  "/t/muscatpharmacy/bindings?tab=bind&rotator=openbao-static-role",
  "/t/muscatpharmacy/incidents",
  "/t/muscatpharmacy/quotas",
  "/t/muscatpharmacy/retention",
  "/t/muscatpharmacy/tenants",
  "/t/muscatpharmacy/compliance",
  "/t/muscatpharmacy/compliance?framework=iso27001&control=A.8.15",
  "/t/muscatpharmacy/compliance/threats",
  "/t/muscatpharmacy/isolation",
  "/t/muscatpharmacy/isolation?cell=network",
  "/t/muscatpharmacy/isolation?tab=declared",
  "/t/muscatpharmacy/isolation?tab=reach",
  "/t/muscatpharmacy/isolation?tab=what-if",
  "/t/muscatpharmacy/isolation?cell=residency",
  "/t/muscatpharmacy/drift",
  "/t/muscatpharmacy/drift?state=all&severity=critical",
  "/t/muscatpharmacy/drift/ignored",
  "/t/muscatpharmacy/drift/ignored?rule=new",
  "/t/muscatpharmacy/drift/remediation",
  "/t/muscatpharmacy/drift/tenants",
  "/t/muscatpharmacy/regions",
  "/t/muscatpharmacy/access/reviews",
  "/t/muscatpharmacy/access/break-glass",
  "/t/no-such-tenant",
];
const ERROR_TITLES = { en: en.states.errorTitle, ar: ar.states.errorTitle };
const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const LOOKS = [
  { name: "light", scheme: "light", locale: "en" },
  { name: "dark", scheme: "dark", locale: "en" },
  { name: "right-to-left", scheme: "light", locale: "ar" },
] as const;

async function violationsOf(page: Page, what: string): Promise<string[]> {
  await expect(page.getByRole("heading").first()).toBeVisible();
  const { violations, passes } = await new AxeBuilder({ page }).withTags(STANDARDS).analyze();
  expect(passes.length, `${what}: axe looked at something`).toBeGreaterThan(5);
  return violations.map(
    ({ id, nodes }) => `${what}: ${id}: ${nodes.map((node) => node.html).join(" | ")}`,
  );
}

async function expectNoViolations(page: Page, what: string): Promise<void> {
  expect(await violationsOf(page, what)).toEqual([]);
}

for (const { name, scheme, locale } of LOOKS) {
  test(`every page is accessible (WCAG 2.2 A and AA), ${name}`, async ({ page, context }) => {
    test.setTimeout(900_000);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.goto("/sign-in");
    await context.addCookies([{ name: "console-locale", value: locale, url: page.url() }]);
    await page.reload();
    await expect(page.locator("html")).toHaveAttribute("dir", locale === "ar" ? "rtl" : "ltr");
    await expectNoViolations(page, "/sign-in");
    await context.clearCookies({ name: "console-locale" });
    await signIn(page, OFFICER);
    await context.addCookies([{ name: "console-locale", value: locale, url: page.url() }]);
    const found: string[] = [];
    const crashed = page.getByRole("heading", { level: 1, name: ERROR_TITLES[locale] });
    for (const path of PAGES) {
      await page.goto(path);
      found.push(...(await violationsOf(page, path)));
      // A page that fell over is well readable too.
      if (await crashed.isVisible()) found.push(`${path}: could not be shown`);
    }
    expect(found).toEqual([]);
    for (const path of ["rotations", "audit"]) {
      await page.goto(`/t/muscatpharmacy/${path}`);
      await page.getByRole("row").nth(1).click();
      await expect(page.getByRole("complementary").last()).toBeVisible();
      await expectNoViolations(page, `${path} with its panel open`);
    }
  });
}
