import type { z } from "zod";
import { KeycloakAdminError, type KeycloakAdminFailure } from "./keycloak-admin-error.ts";

/** Codes of failures from before a request was sent. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);
const TIMEOUT_MILLIS = 5_000;

export interface KeycloakAnswer {
  status: number;
  /** Null when it isn't JSON. */
  body: unknown;
}

/** Sends once; a failure is named by what it says about whether something was done. */
export async function keycloakCall(
  operation: string,
  url: string,
  {
    timeoutMillis = TIMEOUT_MILLIS,
    ...init
  }: {
    method: string;
    headers: Record<string, string>;
    body?: string | URLSearchParams;
    timeoutMillis?: number;
  },
): Promise<KeycloakAnswer> {
  try {
    const response = await fetch(url, {
      ...init,
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMillis),
    });
    const text = await response.text();
    return { status: response.status, body: parse(text) };
  } catch (error) {
    const code = (error as { cause?: { code?: string } }).cause?.code ?? "";
    throw new KeycloakAdminError(
      NEVER_SENT.has(code) ? "unreachable" : "outcome_unknown",
      operation,
    );
  }
}

/** The body of a success; zod's message is dropped, since it may quote. */
export function successBody<T>(operation: string, answer: KeycloakAnswer, shape: z.ZodType<T>): T {
  const { status, body } = answer;
  if (status < 200 || status > 299) throw refusal(operation, status);
  const parsed = shape.safeParse(body);
  if (!parsed.success) throw new KeycloakAdminError("outcome_unknown", operation, status);
  return parsed.data;
}

export function refusal(operation: string, status: number): KeycloakAdminError {
  return new KeycloakAdminError(failureOf(status), operation, status);
}

function failureOf(status: number): KeycloakAdminFailure {
  if (status === 401 || status === 403) return "permission_denied";
  if (status === 404) return "not_found";
  return status >= 400 && status < 500 ? "invalid" : "outcome_unknown";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
