import { randomBytes } from "node:crypto";
import { CryptographyClient, KeyClient, type KeyProperties } from "@azure/keyvault-keys";
import { asKeyVaultCall } from "./classify.ts";
import { type KeyShape, keyUse, optionsLike, shapeOf } from "./key-shape.ts";
import { KeyVaultError } from "./key-vault-error.ts";
import { type KeyVaultOptions, sdkOptions } from "./key-vault-options.ts";

export interface KeyVersion {
  version: string;
  isEnabled: boolean;
  createdAt: Date | null;
  expiresAt: Date | null;
  /** The rotation that made it, by its tag. */
  rotationId: string | null;
}

/** The tag that says which rotation made a version. */
const ROTATION_TAG = "rotationId";

/** Keys of one Key Vault. Key material never leaves it. */
export class KeyVaultKeys {
  readonly #options: KeyVaultOptions;
  readonly #reader: KeyClient;
  readonly #writer: KeyClient;

  constructor(options: KeyVaultOptions) {
    const { vaultUrl, credential } = options;
    this.#options = options;
    this.#reader = new KeyClient(vaultUrl, credential, sdkOptions(options, true));
    this.#writer = new KeyClient(vaultUrl, credential, sdkOptions(options, false));
  }

  async list(): Promise<string[]> {
    return asKeyVaultCall("key list", async () => {
      const names: string[] = [];
      for await (const { name } of this.#reader.listPropertiesOfKeys()) names.push(name);
      return names;
    });
  }

  /** Every name, and whether Key Vault manages it itself: then it is a certificate's. */
  async listed(): Promise<{ name: string; isManaged: boolean }[]> {
    return asKeyVaultCall("key list", async () => {
      const names: { name: string; isManaged: boolean }[] = [];
      for await (const { name, managed } of this.#reader.listPropertiesOfKeys()) {
        names.push({ name, isManaged: managed === true });
      }
      return names;
    });
  }

  /** Newest first as far as Key Vault's clock tells (whole seconds); empty when there is no such key. */
  async versions(name: string): Promise<KeyVersion[]> {
    return asKeyVaultCall("key versions", async () => {
      const found: KeyVersion[] = [];
      for await (const each of this.#reader.listPropertiesOfKeyVersions(name)) {
        found.push(toVersion(each, "key versions"));
      }
      return found.sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
    });
  }

  /** A new signing key; one that is there already is left alone. */
  async create(name: string): Promise<void> {
    if ((await this.versions(name)).length > 0) return;
    await asKeyVaultCall("key create", () => this.#writer.createEcKey(name, { curve: "P-256" }));
  }

  /**
   * Makes a version besides `known`, the versions the caller has recorded: rotate has no idempotency
   * key and creation times are whole seconds. When there is one already, nothing is done.
   */
  async rotateFrom(name: string, known: readonly string[]): Promise<KeyVersion> {
    const before = await this.versions(name);
    const isForeign = known.some((version) => !before.some((each) => each.version === version));
    if (isForeign) throw new KeyVaultError("outcome_unknown", "key rotate");
    const made = before.find(({ version }) => !known.includes(version));
    if (made) return made;
    const key = await asKeyVaultCall("key rotate", () => this.#writer.rotateKey(name));
    const rotated = toVersion(key.properties, "key rotate");
    if (known.includes(rotated.version)) throw new KeyVaultError("outcome_unknown", "key rotate");
    return rotated;
  }

  /** What kind of key a version is, the current one when none is named; null when it isn't there. */
  async shape(name: string, version?: string): Promise<(KeyShape & { version: string }) | null> {
    try {
      const found = await asKeyVaultCall("key read", () =>
        this.#reader.getKey(name, version ? { version } : {}),
      );
      return { ...shapeOf(found), version: toVersion(found.properties, "key read").version };
    } catch (error) {
      if (error instanceof KeyVaultError && error.failure === "not_found") return null;
      throw error;
    }
  }

  /** The version this rotation made, also when its answer never came back. */
  async findByRotation(name: string, rotationId: string): Promise<KeyVersion | null> {
    const versions = await this.versions(name);
    return versions.find((each) => each.rotationId === rotationId) ?? null;
  }

  /**
   * Makes this rotation's version, of the given kind, which becomes the current one. `rotate` takes no
   * tag, so it is made by `create`. Asked again it answers the version already there.
   */
  async createVersion(
    name: string,
    { rotationId, like }: { rotationId: string; like: KeyShape },
  ): Promise<KeyVersion> {
    const existing = await this.findByRotation(name, rotationId);
    if (existing) return existing;
    const { properties } = await asKeyVaultCall("key create", () =>
      this.#writer.createKey(name, like.type, {
        ...optionsLike(like),
        tags: { [ROTATION_TAG]: rotationId },
      }),
    );
    const made = toVersion(properties, "key create");
    if (made.rotationId !== rotationId) throw new KeyVaultError("outcome_unknown", "key create");
    return made;
  }

  /** Uses a version for what it is for, there and back: signs and verifies, or wraps and unwraps. */
  async tryOut(name: string, version: string, shape: KeyShape): Promise<boolean> {
    const use = keyUse(shape);
    const crypto = this.#crypto(name, version);
    const own = (keyId: string | undefined) => keyId?.endsWith(`/${version}`) ?? false;
    return asKeyVaultCall("key use", async () => {
      if (use.kind === "sign") {
        const digest = use.digest(`probe ${randomBytes(16).toString("hex")}`);
        const signed = await crypto.sign(use.algorithm, digest);
        const { result } = await crypto.verify(use.algorithm, digest, signed.result);
        return result && own(signed.keyID);
      }
      const secret = randomBytes(32);
      const wrapped = await crypto.wrapKey(use.algorithm as "RSA-OAEP-256", secret);
      const { result } = await crypto.unwrapKey(use.algorithm as "RSA-OAEP-256", wrapped.result);
      return own(wrapped.keyID) && Buffer.from(result).equals(secret);
    });
  }

  /** Revokes a version: it signs, decrypts and verifies no more. Repeating is harmless. */
  async disable(name: string, version: string): Promise<void> {
    await this.#setEnabled(name, version, false);
  }

  async enable(name: string, version: string): Promise<void> {
    await this.#setEnabled(name, version, true);
  }

  /** Signs with this very version. The text is hashed here. */
  async sign(name: string, version: string, text: string, shape = P256): Promise<Uint8Array> {
    const use = keyUse(shape);
    if (use.kind !== "sign") throw new KeyVaultError("invalid", "key sign");
    return asKeyVaultCall("key sign", async () => {
      const signed = await this.#crypto(name, version).sign(use.algorithm, use.digest(text));
      if (!signed.keyID?.endsWith(`/${version}`)) {
        throw new KeyVaultError("outcome_unknown", "key sign");
      }
      return signed.result;
    });
  }

  async verify(
    name: string,
    version: string,
    text: string,
    signature: Uint8Array,
  ): Promise<boolean> {
    const use = keyUse(P256);
    if (use.kind !== "sign") throw new KeyVaultError("invalid", "key verify");
    return asKeyVaultCall("key verify", async () => {
      const crypto = this.#crypto(name, version);
      return (await crypto.verify(use.algorithm, use.digest(text), signature)).result;
    });
  }

  /** `dead` only when Key Vault refuses to sign or unwrap because the version is disabled. */
  async probe(name: string, version: string, shape: KeyShape = P256): Promise<"alive" | "dead"> {
    try {
      const use = keyUse(shape);
      if (use.kind === "sign") await this.sign(name, version, "probe", shape);
      else await this.#unwrapNoise(name, version);
      return "alive";
    } catch (error) {
      if (error instanceof KeyVaultError && error.failure === "disabled") return "dead";
      throw error;
    }
  }

  /** A version that may be used refuses noise as bad input; a disabled one refuses to look at it. */
  async #unwrapNoise(name: string, version: string): Promise<void> {
    const noise = randomBytes(256);
    try {
      await asKeyVaultCall("key unwrap", () =>
        this.#crypto(name, version).unwrapKey("RSA-OAEP-256", noise),
      );
    } catch (error) {
      if (error instanceof KeyVaultError && error.failure === "invalid") return;
      throw error;
    }
  }

  async #setEnabled(name: string, version: string, enabled: boolean): Promise<void> {
    const { properties } = await asKeyVaultCall("key update", () =>
      this.#reader.updateKeyProperties(name, version, { enabled }),
    );
    if (properties.enabled !== enabled) throw new KeyVaultError("outcome_unknown", "key update");
  }

  #crypto(name: string, version: string): CryptographyClient {
    const { vaultUrl, credential } = this.#options;
    const keyId = `${vaultUrl.replace(/\/+$/, "")}/keys/${name}/${version}`;
    return new CryptographyClient(keyId, credential, sdkOptions(this.#options, true));
  }
}

const P256: KeyShape = { type: "EC", curve: "P-256", bits: null, operations: ["sign", "verify"] };

function toVersion(properties: KeyProperties, operation: string): KeyVersion {
  if (!properties.version) throw new KeyVaultError("outcome_unknown", operation);
  return {
    version: properties.version,
    isEnabled: properties.enabled ?? true,
    createdAt: properties.createdOn ?? null,
    expiresAt: properties.expiresOn ?? null,
    rotationId: properties.tags?.[ROTATION_TAG] ?? null,
  };
}
