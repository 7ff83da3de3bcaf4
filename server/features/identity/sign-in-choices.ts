import "server-only";
import { env } from "#server/platform/env/env.ts";
import { identityConfig } from "./identity-config.ts";

export interface SignInChoices {
  /** Organizations to choose from; `null` in production, where a stranger learns no customer's name. */
  readonly organizations: readonly { realm: string; displayName: string }[] | null;
  readonly sovereign: { realm: string; displayName: string } | null;
}

/** Whom the sign-in page may offer. */
export function signInChoices(): SignInChoices {
  const listed = identityConfig().realms;
  const named = ({ realm, displayName }: (typeof listed)[number]) => ({ realm, displayName });
  const sovereign = listed.find((each) => each.binding.kind === "claim");
  const organizations = listed.filter((each) => each.binding.kind === "tenant").map(named);
  return {
    organizations: env().CONSOLE_MODE === "demo" ? organizations : null,
    sovereign: sovereign ? named(sovereign) : null,
  };
}
