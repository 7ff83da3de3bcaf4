import { createHash } from "node:crypto";

/** What an ID token says of a sign-in by password, and of one by password and one-time code. */
export const PASSWORD_ACR = "1";
export const SECOND_FACTOR_ACR = "2";

const HOURS_10 = 10 * 60 * 60;

/** Keycloak's `acr` values by its levels of authentication. */
export const LEVELS_ATTRIBUTE = {
  "acr.loa.map": JSON.stringify({ [PASSWORD_ACR]: 1, [SECOND_FACTOR_ACR]: 2 }),
};

/**
 * Keycloak's browser flow with two levels of authentication: a password gives the first, which a
 * session keeps; a one-time code gives the second, which is good for this one request (`max-age` 0).
 */
export const STEP_UP_FLOWS = {
  browserFlow: "console browser",
  authenticatorConfig: [level("console level 1", 1, HOURS_10), level("console level 2", 2, 0)],
  authenticationFlows: [
    flow("console browser", true, [
      step("auth-cookie", "ALTERNATIVE", 10),
      inner("console levels", "ALTERNATIVE", 20),
    ]),
    flow("console levels", false, [
      inner("console password", "CONDITIONAL", 10),
      inner("console one-time code", "CONDITIONAL", 20),
    ]),
    flow("console password", false, [
      step("conditional-level-of-authentication", "REQUIRED", 10, "console level 1"),
      step("auth-username-password-form", "REQUIRED", 20),
    ]),
    flow("console one-time code", false, [
      step("conditional-level-of-authentication", "REQUIRED", 10, "console level 2"),
      step("auth-otp-form", "REQUIRED", 20),
    ]),
  ],
};

function level(alias: string, loa: number, maxAgeSeconds: number) {
  return {
    alias,
    config: { "loa-condition-level": String(loa), "loa-max-age": String(maxAgeSeconds) },
  };
}

function flow(alias: string, topLevel: boolean, authenticationExecutions: object[]) {
  return { alias, providerId: "basic-flow", topLevel, builtIn: false, authenticationExecutions };
}

function step(authenticator: string, requirement: string, priority: number, config?: string) {
  return {
    authenticator,
    authenticatorFlow: false,
    requirement,
    priority,
    userSetupAllowed: false,
    ...(config ? { authenticatorConfig: config } : {}),
  };
}

function inner(flowAlias: string, requirement: string, priority: number) {
  return { authenticatorFlow: true, flowAlias, requirement, priority, userSetupAllowed: false };
}

/**
 * The key of a demo user's one-time codes: as public as the password, and with it refused in
 * production. Each user has another, since a code counts once.
 */
export function demoOtpSecret(userId: string): string {
  return createHash("sha256").update(`demo one-time codes of ${userId}`).digest("hex").slice(0, 20);
}

/** A TOTP credential (RFC 6238: SHA-1, 6 digits, 30 s) as Keycloak imports it. */
export function demoOtpCredential(userId: string) {
  return {
    type: "otp",
    userLabel: "demo",
    secretData: JSON.stringify({ value: demoOtpSecret(userId) }),
    credentialData: JSON.stringify({
      subType: "totp",
      digits: 6,
      counter: 0,
      period: 30,
      algorithm: "HmacSHA1",
    }),
  };
}
