import { createTRPCClient, httpBatchLink, type TRPCClient } from "@trpc/client";
import { wire } from "#server/engines/wire/wire.ts";
import type { AppRouter } from "#server/trpc/root.ts";

const clients = new Map<string, TRPCClient<AppRouter>>();

/**
 * The procedures of the console over HTTP, in one tenant. The header `x-console-csrf` can't be set
 * by another site's form. Import this module only from parts that are loaded lazily.
 */
export function consoleClient(tenantId: string): TRPCClient<AppRouter> {
  const known = clients.get(tenantId);
  if (known) return known;
  const client = createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({
        url: "/api/trpc",
        transformer: wire,
        maxItems: 20,
        headers: { "x-tenant": tenantId, "x-console-csrf": "1" },
      }),
    ],
  });
  clients.set(tenantId, client);
  return client;
}
