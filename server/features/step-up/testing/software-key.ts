import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

export interface KeyOptions {
  origin?: string;
  rpId?: string;
  isUserVerified?: boolean;
  /** What is signed; the challenge that was asked when left out. */
  challenge?: string;
}

const FLAGS = { present: 0x01, verified: 0x04, attested: 0x40 };

/**
 * An authenticator in software: makes an ES256 key pair and signs as WebAuthn Level 3 says (§6.1
 * authenticator data, §6.5 attested credential data, RFC 8949 CBOR, RFC 9053 COSE).
 */
export class SoftwareKey {
  readonly credentialId = randomBytes(32);
  counter = 0;
  readonly #origin: string;
  readonly #private: KeyObject;
  readonly #public: KeyObject;

  constructor(origin: string) {
    this.#origin = origin;
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#private = pair.privateKey;
    this.#public = pair.publicKey;
  }

  /** What `navigator.credentials.create` gives, as JSON. */
  create(options: { challenge: string; rp: { id: string } }, change: KeyOptions = {}) {
    const authData = Buffer.concat([
      this.#authenticatorData(change.rpId ?? options.rp.id, change, true),
      Buffer.alloc(16),
      uint16(this.credentialId.length),
      this.credentialId,
      this.#coseKey(),
    ]);
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3]),
      cborText("fmt"),
      cborText("none"),
      cborText("attStmt"),
      Buffer.from([0xa0]),
      cborText("authData"),
      cborBytes(authData),
    ]);
    return {
      ...this.#identity(),
      response: {
        clientDataJSON: this.#clientData("webauthn.create", options.challenge, change),
        attestationObject: attestationObject.toString("base64url"),
        transports: ["usb"],
      },
    };
  }

  /** What `navigator.credentials.get` gives, as JSON. The counter moves, as a real key's does. */
  get(options: { challenge: string; rpId: string }, change: KeyOptions = {}) {
    this.counter += 1;
    const authenticatorData = this.#authenticatorData(change.rpId ?? options.rpId, change, false);
    const clientDataJSON = this.#clientData("webauthn.get", options.challenge, change);
    const clientHash = createHash("sha256")
      .update(Buffer.from(clientDataJSON, "base64url"))
      .digest();
    const signed = Buffer.concat([authenticatorData, clientHash]);
    return {
      ...this.#identity(),
      response: {
        clientDataJSON,
        authenticatorData: authenticatorData.toString("base64url"),
        signature: sign("sha256", signed, this.#private).toString("base64url"),
      },
    };
  }

  #identity() {
    const id = this.credentialId.toString("base64url");
    return { id, rawId: id, type: "public-key" as const };
  }

  #authenticatorData(
    rpId: string,
    { isUserVerified = true }: KeyOptions,
    attested: boolean,
  ): Buffer {
    const flags =
      FLAGS.present | (isUserVerified ? FLAGS.verified : 0) | (attested ? FLAGS.attested : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    return Buffer.concat([
      createHash("sha256").update(rpId).digest(),
      Buffer.from([flags]),
      counter,
    ]);
  }

  #clientData(type: string, asked: string, { origin, challenge }: KeyOptions): string {
    const data = {
      type,
      challenge: challenge ?? asked,
      origin: origin ?? this.#origin,
      crossOrigin: false,
    };
    return Buffer.from(JSON.stringify(data)).toString("base64url");
  }

  /** {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}. */
  #coseKey(): Buffer {
    const { x = "", y = "" } = this.#public.export({ format: "jwk" });
    return Buffer.concat([
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
      cborBytes(Buffer.from(x, "base64url")),
      Buffer.from([0x22]),
      cborBytes(Buffer.from(y, "base64url")),
    ]);
  }
}

function cborText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);
}

function cborBytes(bytes: Buffer): Buffer {
  const head =
    bytes.length < 256
      ? Buffer.from([0x58, bytes.length])
      : Buffer.concat([Buffer.from([0x59]), uint16(bytes.length)]);
  return Buffer.concat([head, bytes]);
}

function uint16(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(number);
  return bytes;
}
