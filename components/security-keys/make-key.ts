import { consoleClient } from "#components/trpc/console-client.ts";

const begin = (tenantId: string) => consoleClient(tenantId).stepUp.beginRegistration.mutate({});
export type KeyQuestion = Awaited<ReturnType<typeof begin>>;

/** Asks the server for a new registration; throws `step_up_required` before the proof is there. */
export function beginKey(tenantId: string): Promise<KeyQuestion> {
  return begin(tenantId);
}

/** Has the browser make a key and the server keep it. Gives `added`, or why not as a code. */
export async function makeKey(
  tenantId: string,
  { attemptId, options }: KeyQuestion,
  name: string,
): Promise<"added" | "cancelled" | "already" | "unsupported" | "failed"> {
  const { browserSupportsWebAuthn, startRegistration } = await import("@simplewebauthn/browser");
  if (!browserSupportsWebAuthn()) return "unsupported";
  let response: Awaited<ReturnType<typeof startRegistration>>;
  try {
    response = await startRegistration({ optionsJSON: options });
  } catch (error) {
    return (error as Error).name === "InvalidStateError" ? "already" : "cancelled";
  }
  const outcome = await consoleClient(tenantId).stepUp.register.mutate({
    attemptId,
    name,
    response: { ...response, type: "public-key" },
  });
  return outcome.outcome === "registered" ? "added" : "failed";
}
