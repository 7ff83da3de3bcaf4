import { AppError } from "#server/platform/errors/app-error.ts";
import type { ServiceIdentity } from "./service-identity.ts";

/** Every way a token, or the proof that it is the caller's own, is refused. Closed: each has a test. */
export const REFUSALS = {
  token_missing: "There is no access token.",
  token_malformed: "The access token is not a signed JWT.",
  header_refused: "The token's header names keys or extensions, which is not taken here.",
  algorithm_refused: "The token is not signed with an asymmetric algorithm that is taken here.",
  issuer_unknown: "The token's issuer is not on the list of this installation.",
  key_unknown: "The token names a key that its issuer does not have.",
  signature_invalid: "The token's signature does not hold.",
  audience_wrong: "The token is not for the audience runtime-api.",
  token_expired: "The token has expired.",
  token_not_yet_valid: "The token is not valid yet.",
  claims_missing: "The token lacks claims that it must have.",
  not_an_access_token: "This is not an access token.",
  client_unknown: "The token does not say which client it was issued to (azp).",
  console_token: "The console's own tokens are not taken back.",
  token_inactive: "The issuer says that this token, or its client, is not active any more.",
  constraint_missing: "The token is not bound to a key of its sender.",
  scheme_wrong:
    "A token that is bound to a key is sent with the scheme DPoP, any other with Bearer.",
  proof_missing: "The header DPoP with the proof is missing.",
  proof_malformed: "The header DPoP must hold one proof, a signed JWT.",
  proof_type: "The proof's type is not dpop+jwt.",
  proof_algorithm: "The proof is not signed with an asymmetric algorithm that is taken here.",
  proof_key_private: "The proof carries a private or symmetric key.",
  proof_key: "The proof carries no public key that can be read.",
  proof_signature: "The proof's signature does not hold.",
  proof_claims: "The proof lacks claims that it must have.",
  proof_method: "The proof is for another method.",
  proof_url: "The proof is for another URL.",
  proof_token: "The proof is for another token.",
  proof_key_mismatch: "The proof is by another key than the one that the token is bound to.",
  proof_time: "The proof was not made just now.",
  proof_nonce: "The proof needs the nonce of the header DPoP-Nonce.",
  proof_replayed: "The proof was used before.",
  certificate_missing: "No client certificate came with the call.",
  certificate_mismatch: "The client certificate is not the one that the token is bound to.",
} as const;

export type RefusalReason = keyof typeof REFUSALS;

const REMEDIES: Partial<Record<RefusalReason, string>> = {
  token_missing: "Send `Authorization: DPoP <token>` with a token of the tenant's realm.",
  issuer_unknown: "Ask the realm of your tenant for the token.",
  audience_wrong: "Give the client an audience mapper for runtime-api.",
  token_expired: "Get a new token.",
  token_inactive: "Get a new token; if that fails, the client is disabled.",
  constraint_missing: "Get a token that is bound to your key (DPoP) or certificate (mTLS).",
  proof_nonce: "Make a new proof with this nonce and send the call again.",
  proof_replayed: "Make a new proof for each call.",
  proof_time: "Make the proof right before the call, and set your clock.",
};

/** A call that shows nobody. It knows the challenge (RFC 6750, RFC 9449) that goes with it. */
export class TokenRefusal extends AppError {
  readonly reason: RefusalReason;
  /** For the header DPoP-Nonce. */
  readonly nonce: string | null;
  /** Whose token it is, when the token holds and only its sender is not shown: worth an event. */
  sentAs: ServiceIdentity | null = null;

  constructor(reason: RefusalReason, options: { cause?: unknown; nonce?: string } = {}) {
    const remedy = REMEDIES[reason];
    const { cause, nonce = null } = options;
    super("unauthenticated", REFUSALS[reason], remedy ? { remedy } : {}, { cause });
    this.reason = reason;
    this.nonce = nonce;
  }

  /** The error code of RFC 9449 or RFC 6750; none when no token was sent. */
  get oauthError(): string | null {
    if (this.reason === "token_missing") return null;
    if (this.reason === "proof_nonce") return "use_dpop_nonce";
    return this.reason.startsWith("proof_") ? "invalid_dpop_proof" : "invalid_token";
  }
}
