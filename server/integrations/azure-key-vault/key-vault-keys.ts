import { createHash } from "node:crypto";
import { CryptographyClient, KeyClient, type KeyProperties } from "@azure/keyvault-keys";
import { asKeyVaultCall } from "./classify.ts";
import { KeyVaultError } from "./key-vault-error.ts";
import { type KeyVaultOptions, sdkOptions } from "./key-vault-options.ts";

export interface KeyVersion {
  version: string;
  isEnabled: boolean;
  createdAt: Date | null;
  expiresAt: Date | null;
}

/** Elliptic-curve keys (P-256, ES256): what the console makes and tries out. Others are listed and disabled alike. */
const ALGORITHM = "ES256";

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

  /** Revokes a version: it signs, decrypts and verifies no more. Repeating is harmless. */
  async disable(name: string, version: string): Promise<void> {
    await this.#setEnabled(name, version, false);
  }

  async enable(name: string, version: string): Promise<void> {
    await this.#setEnabled(name, version, true);
  }

  /** Signs with this very version. The text is hashed here. */
  async sign(name: string, version: string, text: string): Promise<Uint8Array> {
    return asKeyVaultCall("key sign", async () => {
      const signed = await this.#crypto(name, version).sign(ALGORITHM, digest(text));
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
    return asKeyVaultCall("key verify", async () => {
      const verified = await this.#crypto(name, version).verify(ALGORITHM, digest(text), signature);
      return verified.result;
    });
  }

  /** `dead` only when Key Vault refuses to sign because the version is disabled. */
  async probe(name: string, version: string): Promise<"alive" | "dead"> {
    try {
      await this.sign(name, version, "probe");
      return "alive";
    } catch (error) {
      if (error instanceof KeyVaultError && error.failure === "disabled") return "dead";
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

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

function toVersion(properties: KeyProperties, operation: string): KeyVersion {
  if (!properties.version) throw new KeyVaultError("outcome_unknown", operation);
  return {
    version: properties.version,
    isEnabled: properties.enabled ?? true,
    createdAt: properties.createdOn ?? null,
    expiresAt: properties.expiresOn ?? null,
  };
}
