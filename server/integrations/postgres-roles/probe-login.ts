import { classifyFailure, isCredentialRefusal } from "./classify-failure.ts";
import { close, connectWithScram } from "./guarded-client.ts";
import type { PostgresTarget, TargetLogin } from "./postgres-target.ts";

export type ProbeResult =
  | { kind: "accepted" }
  | { kind: "refused"; code: string; text: string }
  | { kind: "unknown"; text: string };

/**
 * Logs in and runs `select 1`. `accepted` only after SCRAM succeeded; `refused` only when the server
 * said that this credential does not log in; everything else, a full server or a cut network, is
 * `unknown` and proves nothing.
 */
export async function probeLogin(target: PostgresTarget, login: TargetLogin): Promise<ProbeResult> {
  let isIn = false;
  try {
    const client = await connectWithScram(target, login);
    isIn = true;
    try {
      await client.query("SELECT 1");
    } finally {
      await close(client);
    }
    return { kind: "accepted" };
  } catch (error) {
    const failure = classifyFailure(error);
    if (!isIn && failure.kind === "refused" && isCredentialRefusal(error)) return failure;
    return { kind: "unknown", text: failure.text };
  }
}
