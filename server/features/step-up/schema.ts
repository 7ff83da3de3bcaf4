import { z } from "zod";
import { entityId } from "#server/platform/entity-id.ts";

export const Act = z.string().regex(/^[a-z][A-Za-z0-9.-]{1,80}$/, "must be the name of an act");
export const Digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be the 64 hexadecimal digits of a digest");

export const NoInput = z.object({});

/** What a proof shall be for. */
export const ActSubject = z.object({ act: Act, digest: Digest });

/** A path of the console, with its query: never another site. */
export const ReturnTo = z
  .string()
  .max(2000)
  .regex(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/, "must be a path of the console");

export const BeginStepUpInput = ActSubject.extend({ returnTo: ReturnTo });

/** What state, nonce, verifier and challenge are made from. Never sent to a browser. */
export const BegunAttempt = z.object({ attemptId: z.uuid(), seed: z.string() });

/** Why an identity provider's answer is no proof. */
export const OIDC_REFUSALS = [
  "cancelled",
  "provider",
  "token",
  "other-person",
  "nonce",
  "level-too-low",
  "too-old",
] as const;
/** Why a key's answer is no proof, or no key. */
export const KEY_REFUSALS = ["unknown-key", "suspected", "not-verified", "counter"] as const;
/** Why an attempt can't be ended by anything any more. */
export const ATTEMPT_REFUSALS = ["ended", "expired", "other-session"] as const;
export const REFUSALS = [...OIDC_REFUSALS, ...KEY_REFUSALS, ...ATTEMPT_REFUSALS] as const;
export type Refusal = (typeof REFUSALS)[number];

export const AttemptId = z.object({ attemptId: entityId("step-up attempt") });

/** What the verified ID token says; the verb judges it again by the attempt. */
export const RecordStepUpInput = AttemptId.extend({
  issuer: z.string(),
  subject: z.string(),
  acr: z.string().max(200),
  amr: z.array(z.string().max(100)).max(20),
  /** Seconds since the epoch, as the identity provider says. */
  authTimeSeconds: z.number().int(),
});
export const RefuseStepUpInput = AttemptId.extend({ why: z.enum(OIDC_REFUSALS) });

export const ProofOutcome = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("proved"), proofId: z.string() }),
  z.object({ outcome: z.literal("refused"), why: z.enum(REFUSALS) }),
]);
export type ProofOutcome = z.infer<typeof ProofOutcome>;

const Base64Url = z.string().regex(/^[A-Za-z0-9_-]+$/, "must be base64url");
const Transports = z.array(z.string().max(40)).max(10);

/** WebAuthn Level 3 §5.1.8: PublicKeyCredential as JSON; what is not needed here is dropped. */
export const AuthenticationJson = z.object({
  id: Base64Url.max(1400),
  rawId: Base64Url.max(1400),
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: Base64Url.max(4000),
    authenticatorData: Base64Url.max(8000),
    signature: Base64Url.max(4000),
    userHandle: Base64Url.max(200).optional(),
  }),
});
export const RegistrationJson = z.object({
  id: Base64Url.max(1400),
  rawId: Base64Url.max(1400),
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: Base64Url.max(4000),
    attestationObject: Base64Url.max(40_000),
    transports: Transports.optional(),
  }),
});

const Descriptor = z.object({
  id: z.string(),
  type: z.literal("public-key"),
  transports: z.array(z.string()).optional(),
});
/** PublicKeyCredentialRequestOptionsJSON. */
export const KeyQuestion = z.object({
  attemptId: z.string(),
  options: z.object({
    challenge: z.string(),
    rpId: z.string(),
    timeout: z.number(),
    userVerification: z.literal("required"),
    allowCredentials: z.array(Descriptor),
  }),
});
/** PublicKeyCredentialCreationOptionsJSON. */
export const RegistrationQuestion = z.object({
  attemptId: z.string(),
  options: z.object({
    challenge: z.string(),
    rp: z.object({ id: z.string(), name: z.string() }),
    user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
    pubKeyCredParams: z.array(z.object({ type: z.literal("public-key"), alg: z.number() })),
    timeout: z.number(),
    attestation: z.literal("none"),
    excludeCredentials: z.array(Descriptor),
    authenticatorSelection: z.object({
      residentKey: z.literal("preferred"),
      userVerification: z.literal("required"),
    }),
  }),
});

export const ProveByKeyInput = AttemptId.extend({ response: AuthenticationJson });

export const KeyName = z
  .string()
  .trim()
  .min(1, "must have a name")
  .max(80, "must have at most 80 characters");
export const RegisterKeyInput = AttemptId.extend({ name: KeyName, response: RegistrationJson });
export const RegisterOutcome = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("registered"), keyId: z.string() }),
  z.object({ outcome: z.literal("refused"), why: z.enum(REFUSALS) }),
]);

export const KeyId = z.object({ keyId: entityId("security key") });
export const RenameKeyInput = KeyId.extend({ name: KeyName });
export const KeyChanged = z.object({ keyId: z.string() });

export const SecurityKeyView = z.object({
  keyId: z.string(),
  name: z.string(),
  /** Kept by a password manager or an account, so that other devices have it too. */
  isSynced: z.boolean(),
  createdAt: z.date(),
  lastUsedAt: z.date().nullable(),
  suspectedAt: z.date().nullable(),
});
export type SecurityKeyView = z.infer<typeof SecurityKeyView>;
export const SecurityKeys = z.object({
  items: z.array(SecurityKeyView),
  asOf: z.date(),
  /** What has to be proved at the identity provider before a key is registered. */
  registration: ActSubject,
});
