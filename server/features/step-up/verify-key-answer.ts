import "server-only";
import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import type { z } from "zod";
import type { KeyRow } from "./key-rows.ts";
import { relyingParty } from "./relying-party.ts";
import type { AuthenticationJson, RegistrationJson } from "./schema.ts";

/** ES256, EdDSA and RS256 (RFC 9053): what today's authenticators make. */
export const KEY_ALGORITHMS = [-7, -8, -257];

export interface KeyAnswer {
  readonly signCount: number;
  readonly isSynced: boolean;
}

/**
 * Whether a registered key signed this challenge, here, by somebody it verified. Null when anything of
 * it does not hold. The counter is judged by the caller, who tells people when it went back.
 */
export async function verifyKeyAnswer(
  key: KeyRow,
  response: z.infer<typeof AuthenticationJson>,
  challenge: string,
): Promise<KeyAnswer | null> {
  const { id, origin } = relyingParty();
  try {
    const { verified, authenticationInfo: info } = await verifyAuthenticationResponse({
      response: { ...answerOf(response), clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
      // The library would throw on a counter that went back, and we could not say which fault it was.
      credential: {
        id: key.credentialId.toString("base64url"),
        publicKey: new Uint8Array(key.publicKey),
        counter: 0,
        transports: key.transports,
      },
    });
    if (!verified || !info.userVerified) return null;
    return { signCount: info.newCounter, isSynced: info.credentialBackedUp };
  } catch {
    return null;
  }
}

export interface NewKey {
  readonly credentialId: Buffer;
  readonly publicKey: Buffer;
  readonly signCount: number;
  readonly isSynced: boolean;
  readonly aaguid: string;
  readonly transports: readonly string[];
}

/** What an authenticator made for this challenge, here; null when anything of it does not hold. */
export async function verifyNewKey(
  response: z.infer<typeof RegistrationJson>,
  challenge: string,
): Promise<NewKey | null> {
  const { id, origin } = relyingParty();
  const { transports = [], ...answer } = response.response;
  try {
    const { verified, registrationInfo: info } = await verifyRegistrationResponse({
      response: { ...response, response: answer, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
      supportedAlgorithmIDs: KEY_ALGORITHMS,
    });
    if (!verified || !info.userVerified) return null;
    return {
      credentialId: Buffer.from(info.credential.id, "base64url"),
      publicKey: Buffer.from(info.credential.publicKey),
      signCount: info.credential.counter,
      isSynced: info.credentialBackedUp,
      aaguid: info.aaguid,
      transports,
    };
  } catch {
    return null;
  }
}

function answerOf({ response, ...rest }: z.infer<typeof AuthenticationJson>) {
  const { userHandle, ...answer } = response;
  return { ...rest, response: { ...answer, ...(userHandle ? { userHandle } : {}) } };
}

/**
 * A counter that does not move forward means a copy (WebAuthn §6.1.1), except where an authenticator
 * keeps none: then both are 0.
 */
export function hasCounterGoneBack(before: bigint, now: number): boolean {
  return (before > 0n || now > 0) && BigInt(now) <= before;
}
