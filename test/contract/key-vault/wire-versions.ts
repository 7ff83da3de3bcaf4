import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
} from "node:crypto";

/** A version of a secret or key, as the wire server keeps it. */
export interface Version {
  version: string;
  order: number;
  created: number;
  enabled: boolean;
  exp?: number;
  tags: Record<string, string>;
  contentType?: string;
  value?: string;
  jwk?: JsonWebKey;
  operations?: string[];
  pem?: string;
}

export type Answer = { status: number; body?: unknown; headers?: Record<string, string> };

export class WireError extends Error {
  readonly answer: Answer;
  constructor(status: number, code: string, inner?: string) {
    super(code);
    const innererror = inner ? { innererror: { code: inner } } : {};
    this.answer = { status, body: { error: { code, message: code, ...innererror } } };
  }
}

export function operate(
  origin: string,
  name: string,
  version: Version,
  action: string,
  body: Record<string, unknown>,
): unknown {
  if (!version.pem) throw new WireError(400, "BadParameter");
  const privateKey = createPrivateKey(version.pem);
  const operation = ({ wrapkey: "wrapKey", unwrapkey: "unwrapKey" } as const)[action] ?? action;
  if (!(version.operations ?? ["sign", "verify"]).includes(operation)) {
    throw new WireError(403, "Forbidden", "KeyOperationForbidden");
  }
  if (action === "wrapkey" || action === "unwrapkey") {
    if (body.alg !== "RSA-OAEP-256") throw new WireError(400, "BadParameter");
    const oaep = { key: privateKey, oaepHash: "sha256" };
    const given = Buffer.from(String(body.value ?? ""), "base64url");
    try {
      const made =
        action === "wrapkey"
          ? publicEncrypt({ ...oaep, key: createPublicKey(privateKey) }, given)
          : privateDecrypt(oaep, given);
      const kid = `${origin}/keys/${name}/${version.version}`;
      return { kid, value: made.toString("base64url") };
    } catch {
      throw new WireError(400, "BadParameter");
    }
  }
  if (body.alg !== "ES256") throw new WireError(400, "BadParameter");
  const key = { key: privateKey, dsaEncoding: "ieee-p1363" } as const;
  const text = (field: string) => Buffer.from(String(body[field] ?? ""), "base64url");
  // The wire carries a digest; here its own hash is signed, which shows the same to the caller.
  if (action === "sign") {
    const value = sign("sha256", text("value"), key).toString("base64url");
    return { kid: `${origin}/keys/${name}/${version.version}`, value };
  }
  if (action === "verify") {
    return { value: verify("sha256", text("digest"), key, text("value")) };
  }
  throw new WireError(404, "NotFound");
}

export function bundleOf(
  origin: string,
  area: string,
  name: string,
  each: Version,
  withMaterial: boolean,
) {
  const id = `${origin}/${area}/${name}/${each.version}`;
  const { created, enabled, exp, tags, contentType, value, jwk } = each;
  const attributes = {
    enabled,
    created,
    updated: created,
    ...(exp ? { exp } : {}),
    recoveryLevel: "Recoverable+Purgeable",
    recoverableDays: 90,
  };
  const common = { attributes, tags, ...(contentType ? { contentType } : {}) };
  if (area === "secrets") return { id, ...common, ...(withMaterial ? { value } : {}) };
  return withMaterial
    ? { key: { kid: id, ...jwk, key_ops: each.operations ?? ["sign", "verify"] }, ...common }
    : { kid: id, ...common };
}

export function add(all: Map<string, Version[]>, name: string, made: Partial<Version>): Version {
  const versions = all.get(name) ?? [];
  all.set(name, versions);
  const version = {
    version: randomBytes(16).toString("hex"),
    order: versions.length,
    created: Math.floor(Date.now() / 1000),
    enabled: true,
    tags: {},
    ...made,
  };
  versions.push(version);
  return version;
}

export function secretFrom(body: Record<string, unknown>): Partial<Version> {
  if (typeof body.value !== "string") throw new WireError(400, "BadParameter");
  const { enabled = true, exp } = (body.attributes ?? {}) as { enabled?: boolean; exp?: number };
  return {
    value: body.value,
    enabled,
    tags: (body.tags as Record<string, string> | undefined) ?? {},
    ...(exp ? { exp } : {}),
    ...(body.contentType ? { contentType: String(body.contentType) } : {}),
  };
}

/** As `create` asks for: P-256 or RSA, with its uses and tags. */
export function newKey(body: Record<string, unknown>): Partial<Version> {
  const made = body.kty === "RSA" ? newRsaKey(Number(body.key_size ?? 2048)) : newEcKey();
  const operations = body.key_ops as string[] | undefined;
  return {
    ...made,
    ...(operations ? { operations } : {}),
    tags: (body.tags as Record<string, string> | undefined) ?? {},
  };
}

function newRsaKey(modulusLength: number): Partial<Version> {
  const pair = generateKeyPairSync("rsa", { modulusLength });
  return {
    pem: String(pair.privateKey.export({ format: "pem", type: "pkcs8" })),
    jwk: pair.publicKey.export({ format: "jwk" }) as JsonWebKey,
  };
}

export function newEcKey(): Partial<Version> {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    pem: String(pair.privateKey.export({ format: "pem", type: "pkcs8" })),
    jwk: pair.publicKey.export({ format: "jwk" }) as JsonWebKey,
  };
}
