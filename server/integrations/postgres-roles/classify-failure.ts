import { NotScramError } from "./guarded-client.ts";

export type Failure =
  | { kind: "refused"; code: string; text: string }
  | { kind: "unreachable"; text: string }
  | { kind: "unknown"; text: string };

const NEVER_CONNECTED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/**
 * Names what an error of pg's says about whether something was done. A server's own refusal of a
 * statement is certain; a broken connection is not. The text is the server's message, which quotes
 * identifiers but no literal of ours.
 */
export function classifyFailure(error: unknown): Failure {
  const { code, severity, message } = error as {
    code?: unknown;
    severity?: unknown;
    message?: string;
  };
  const text = message ?? "no message";
  if (error instanceof NotScramError) return { kind: "unknown", text };
  if (typeof code !== "string") return { kind: "unknown", text };
  if (NEVER_CONNECTED.test(code)) return { kind: "unreachable", text: code };
  const isFromServer = typeof severity === "string" && /^[0-9A-Z]{5}$/.test(code);
  // 57P0x and 08xxx: the server went away in the middle; 40003: it says itself that it doesn't know.
  if (!isFromServer || /^(57P|08|40003)/.test(code)) return { kind: "unknown", text };
  return { kind: "refused", code, text };
}

/**
 * Whether a failed login means "these credentials don't open this door": a wrong password (28P01),
 * or a role that may not log in. 28000 is also what pg_hba answers for a whole network: the two are
 * told apart by the server's routine, whose name is not translated.
 */
export function isCredentialRefusal(error: unknown): boolean {
  const { code, routine, severity } = error as {
    code?: unknown;
    routine?: unknown;
    severity?: unknown;
  };
  if (typeof severity !== "string") return false;
  return code === "28P01" || (code === "28000" && routine === "InitializeSessionUserId");
}
