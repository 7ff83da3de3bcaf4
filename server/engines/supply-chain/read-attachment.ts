import {
  BUNDLE_V03_LEGACY_MEDIA_TYPE,
  BUNDLE_V03_MEDIA_TYPE,
  type Bundle,
  bundleFromJSON,
  type Envelope,
  envelopeFromJSON,
} from "@sigstore/bundle";

/** What people attach: a Sigstore bundle, a bare DSSE envelope, or what `cosign download signature` gives. */
export type SignedAttachment =
  | { readonly format: "bundle"; readonly bundle: Bundle }
  | { readonly format: "envelope"; readonly envelope: Envelope }
  | { readonly format: "cosign-signature"; readonly payload: Buffer; readonly signature: Buffer };

const V03: readonly string[] = [BUNDLE_V03_MEDIA_TYPE, BUNDLE_V03_LEGACY_MEDIA_TYPE];

/** Reads an attestation. Throws with what is wrong with it. */
export function readAttachment(json: unknown): SignedAttachment {
  if (typeof json !== "object" || json === null) throw new Error("it is not a JSON object");
  const has = (key: string) => Object.hasOwn(json, key);
  if (has("mediaType")) {
    const bundle = bundleFromJSON(json);
    if (!V03.includes(bundle.mediaType)) throw new Error("it is not a bundle of version 0.3");
    return { format: "bundle", bundle };
  }
  if (has("payloadType")) return { format: "envelope", envelope: envelopeFromJSON(json) };
  const { Payload, Base64Signature } = json as Record<string, unknown>;
  if (typeof Payload === "string" && typeof Base64Signature === "string") {
    return {
      format: "cosign-signature",
      payload: Buffer.from(Payload, "base64"),
      signature: Buffer.from(Base64Signature, "base64"),
    };
  }
  throw new Error("it is neither a Sigstore bundle nor a DSSE envelope nor a cosign signature");
}
