import { z } from "zod";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { keycloakCall, successBody } from "./keycloak-call.ts";

/** What a realm demands of its users' passwords and second factors. */
export interface RealmPolicy {
  /** In Keycloak's words, e.g. `length(12) and notUsername`; null: it demands nothing. */
  passwordPolicy: string | null;
  isBruteForceProtected: boolean;
  otpType: string | null;
  /** Whether every new user has to set up a second factor. */
  isSecondFactorDefault: boolean;
}

const RealmBody = z.object({
  passwordPolicy: z.string().nullish(),
  bruteForceProtected: z.boolean().nullish(),
  otpPolicyType: z.string().nullish(),
});
const ActionsBody = z.array(
  z.object({ alias: z.string(), enabled: z.boolean(), defaultAction: z.boolean() }),
);
const SECOND_FACTORS = new Set(["CONFIGURE_TOTP", "webauthn-register"]);

/** Reads it through the admin API. Throws KeycloakAdminError. */
export async function readRealmPolicy(options: {
  url: string;
  realm: string;
  token: () => Promise<SecretValue>;
}): Promise<RealmPolicy> {
  const base = `${options.url.replace(/\/+$/, "")}/admin/realms/${encodeURIComponent(options.realm)}`;
  const token = await options.token();
  const get = (operation: string, url: string) =>
    keycloakCall(operation, url, {
      method: "GET",
      headers: { authorization: `Bearer ${token.reveal()}` },
    });
  const realm = successBody("realm read", await get("realm read", base), RealmBody);
  const operation = "required actions";
  const answer = await get(operation, `${base}/authentication/required-actions`);
  const actions = successBody(operation, answer, ActionsBody);
  return {
    passwordPolicy: realm.passwordPolicy || null,
    isBruteForceProtected: realm.bruteForceProtected ?? false,
    otpType: realm.otpPolicyType ?? null,
    isSecondFactorDefault: actions.some(
      ({ alias, enabled, defaultAction }) => SECOND_FACTORS.has(alias) && enabled && defaultAction,
    ),
  };
}
