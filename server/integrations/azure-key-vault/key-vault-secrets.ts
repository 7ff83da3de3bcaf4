import { SecretClient, type SecretProperties } from "@azure/keyvault-secrets";
import { SecretValue } from "#server/platform/secret-value.ts";
import { asKeyVaultCall } from "./classify.ts";
import { KeyVaultError } from "./key-vault-error.ts";
import { type KeyVaultOptions, sdkOptions } from "./key-vault-options.ts";

/** The tag that says which rotation wrote a version. */
const ROTATION_TAG = "rotationId";

/** A version of a secret without its value. */
export interface SecretVersion {
  version: string;
  isEnabled: boolean;
  createdAt: Date | null;
  updatedAt: Date | null;
  expiresAt: Date | null;
  rotationId: string | null;
}

/** Secrets of one Key Vault. It has no check-and-set and deletes no version: tag, list, disable. */
export class KeyVaultSecrets {
  readonly #reader: SecretClient;
  readonly #writer: SecretClient;

  constructor(options: KeyVaultOptions) {
    const { vaultUrl, credential } = options;
    this.#reader = new SecretClient(vaultUrl, credential, sdkOptions(options, true));
    this.#writer = new SecretClient(vaultUrl, credential, sdkOptions(options, false));
  }

  async list(): Promise<string[]> {
    return asKeyVaultCall("secret list", async () => {
      const names: string[] = [];
      for await (const { name } of this.#reader.listPropertiesOfSecrets()) names.push(name);
      return names;
    });
  }

  /** Every name, and whether Key Vault manages it itself: then it is a certificate's. */
  async listed(): Promise<{ name: string; isManaged: boolean }[]> {
    return asKeyVaultCall("secret list", async () => {
      const names: { name: string; isManaged: boolean }[] = [];
      for await (const { name, managed } of this.#reader.listPropertiesOfSecrets()) {
        names.push({ name, isManaged: managed === true });
      }
      return names;
    });
  }

  /** Newest first as far as Key Vault's clock tells (whole seconds); empty when there is no such secret. */
  async versions(name: string): Promise<SecretVersion[]> {
    return asKeyVaultCall("secret versions", async () => {
      const found: SecretVersion[] = [];
      for await (const each of this.#reader.listPropertiesOfSecretVersions(name)) {
        found.push(toVersion(each, "secret versions"));
      }
      return found.sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
    });
  }

  /** The version this rotation wrote, also when its answer never came back. */
  async findByRotation(name: string, rotationId: string): Promise<SecretVersion | null> {
    const versions = await this.versions(name);
    return versions.find((each) => each.rotationId === rotationId) ?? null;
  }

  /**
   * Writes the value as the rotation's version, which becomes the current one. Asked again it answers
   * the version already there, *without* comparing values: read it back to verify.
   */
  async set(
    name: string,
    value: SecretValue,
    options: { rotationId: string; expiresAt?: Date; contentType?: string },
  ): Promise<SecretVersion> {
    const existing = await this.findByRotation(name, options.rotationId);
    if (existing) return existing;
    const { properties } = await asKeyVaultCall("secret set", () =>
      this.#writer.setSecret(name, value.reveal(), {
        tags: { [ROTATION_TAG]: options.rotationId },
        ...(options.expiresAt ? { expiresOn: options.expiresAt } : {}),
        ...(options.contentType ? { contentType: options.contentType } : {}),
      }),
    );
    const written = toVersion(properties, "secret set");
    if (written.rotationId !== options.rotationId) {
      throw new KeyVaultError("outcome_unknown", "secret set");
    }
    return written;
  }

  /** The value of a version, of the current one when none is named; null when it isn't there. */
  async read(
    name: string,
    version?: string,
  ): Promise<{ version: string; value: SecretValue } | null> {
    try {
      const found = await asKeyVaultCall("secret read", () =>
        this.#reader.getSecret(name, version ? { version } : {}),
      );
      const isOther = version !== undefined && found.properties.version !== version;
      if (!found.properties.version || found.value === undefined || isOther) {
        throw new KeyVaultError("outcome_unknown", "secret read");
      }
      return { version: found.properties.version, value: SecretValue.of(found.value) };
    } catch (error) {
      if (error instanceof KeyVaultError && error.failure === "not_found") return null;
      throw error;
    }
  }

  /** Revokes a version; `enable` takes that back. Repeating either is harmless. */
  async disable(name: string, version: string): Promise<void> {
    await this.#setEnabled(name, version, false);
  }

  async enable(name: string, version: string): Promise<void> {
    await this.#setEnabled(name, version, true);
  }

  /** `dead` only when Key Vault itself says that the version is disabled. */
  async probe(name: string, version: string): Promise<"alive" | "dead"> {
    try {
      if (await this.read(name, version)) return "alive";
    } catch (error) {
      if (error instanceof KeyVaultError && error.failure === "disabled") return "dead";
      throw error;
    }
    throw new KeyVaultError("not_found", "secret probe", 404);
  }

  async #setEnabled(name: string, version: string, enabled: boolean): Promise<void> {
    const changed = await asKeyVaultCall("secret update", () =>
      this.#reader.updateSecretProperties(name, version, { enabled }),
    );
    if (changed.enabled !== enabled) throw new KeyVaultError("outcome_unknown", "secret update");
  }
}

function toVersion(properties: SecretProperties, operation: string): SecretVersion {
  if (!properties.version) throw new KeyVaultError("outcome_unknown", operation);
  return {
    version: properties.version,
    isEnabled: properties.enabled ?? true,
    createdAt: properties.createdOn ?? null,
    updatedAt: properties.updatedOn ?? null,
    expiresAt: properties.expiresOn ?? null,
    rotationId: properties.tags?.[ROTATION_TAG] ?? null,
  };
}
