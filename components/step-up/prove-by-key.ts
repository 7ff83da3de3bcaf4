import { consoleClient } from "#components/trpc/console-client.ts";
import type { Demand } from "./use-step-up.tsx";

/** What became of asking a key: `proved`, why not as a code, or `cancelled` by its holder or the browser. */
export async function askKey(tenantId: string, { act, digest }: Demand): Promise<string> {
  const { stepUp } = consoleClient(tenantId);
  const { startAuthentication } = await import("@simplewebauthn/browser");
  const { attemptId, options } = await stepUp.beginKey.mutate({ act, digest });
  let response: Awaited<ReturnType<typeof startAuthentication>>;
  try {
    response = await startAuthentication({ optionsJSON: options });
  } catch {
    return "cancelled";
  }
  const outcome = await stepUp.proveByKey.mutate({
    attemptId,
    response: { ...response, type: "public-key" },
  });
  return outcome.outcome === "proved" ? "proved" : outcome.why;
}
