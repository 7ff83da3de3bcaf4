import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import { wire } from "#server/engines/wire/wire.ts";
import type { AppRouter } from "#server/trpc/root.ts";

/**
 * The procedures over HTTP for queries whose input is too long for a URL: they travel as POST. Import this module
 * only from parts that are loaded lazily.
 */
export function longQueryClient(tenantId: string): TRPCClient<AppRouter> {
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: "/api/trpc",
        transformer: wire,
        methodOverride: "POST",
        headers: { "x-tenant": tenantId, "x-console-csrf": "1" },
      }),
    ],
  });
}
