import { defineConfig, devices } from "@playwright/test";
import { findChromium } from "./test/harness/chromium.ts";

/**
 * `npm test` starts the console and says where it is in E2E_BASE_URL; without it the tests drive
 * a console that already runs (`npm start`).
 */
export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // As for integration tests: a second try in the gate only, and the report counts what was flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    baseURL: process.env.E2E_BASE_URL ?? "http://localhost:3000",
    launchOptions: findChromium(),
    locale: "en-GB",
    timezoneId: "Asia/Muscat",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
  },
  projects: [
    {
      name: "chromium",
      use: { ...devices["Desktop Chrome"], viewport: { width: 1440, height: 900 } },
    },
  ],
});
