import { z } from "zod";
import { SecretValue } from "#server/platform/secret-value.ts";
import { EngineCalls, enginePath } from "./engine-calls.ts";
import { OpenBaoError, oddAnswer } from "./openbao-error.ts";
import type { OpenBaoHttp } from "./openbao-http.ts";
import { KeyBody, type TransitKey, toTransitKey } from "./transit-key.ts";

/** Something an old version made; a version is dead when OpenBao won't read it any more. */
export type VersionEvidence =
  | { kind: "ciphertext"; version: number; ciphertext: string }
  | { kind: "signature"; version: number; input: string; signature: string };

const WrappingBody = z.object({ data: z.object({ public_key: z.string() }) });
const NamesBody = z.object({ data: z.object({ keys: z.array(z.string()) }) });
const EncryptBody = z.object({ data: z.object({ ciphertext: z.string().startsWith("vault:v") }) });
const DecryptBody = z.object({ data: z.object({ plaintext: z.string() }) });
const SignBody = z.object({ data: z.object({ signature: z.string().startsWith("vault:v") }) });
const VerifyBody = z.object({ data: z.object({ valid: z.boolean() }) });

/** The transit engine below one mount. Key material never leaves OpenBao. */
export class Transit {
  readonly #calls: EngineCalls;
  readonly #mount: string;

  constructor(http: OpenBaoHttp, mount = "transit") {
    this.#calls = new EngineCalls(http);
    this.#mount = mount;
  }

  async list(): Promise<string[]> {
    const found = await this.#calls.list("transit list", this.#path("keys"), NamesBody);
    return found?.data.keys ?? [];
  }

  /** Null when there is no such key. */
  async read(name: string): Promise<TransitKey | null> {
    const found = await this.#calls.read("transit read", this.#path("keys", name), KeyBody);
    return found && toTransitKey(found.data, "transit read");
  }

  /** Makes the key unless it is there; an existing one is left as it is and answered. */
  async create(name: string, type: string): Promise<TransitKey> {
    const path = this.#path("keys", name);
    await this.#calls.do("transit create", path, { type }, true);
    return this.#mustRead(name, "transit create");
  }

  /** The RSA public key (PEM) that keys are wrapped with to be imported here. */
  async wrappingKey(): Promise<string> {
    const path = this.#path("wrapping_key");
    const found = await this.#calls.read("transit wrapping key", path, WrappingBody);
    if (!found) throw new OpenBaoError("not_found", "transit wrapping key", 404);
    return found.data.public_key;
  }

  /** Makes a key of material that was wrapped with `wrappingKey`, unless it is there. */
  async importKey(name: string, type: string, ciphertext: string): Promise<TransitKey> {
    const known = await this.read(name);
    if (known) return known;
    const path = this.#path("keys", name, "import");
    await this.#calls.do("transit import", path, { ciphertext, type, hash_function: "SHA256" });
    return this.#mustRead(name, "transit import");
  }

  /** Destroys a key with all of its versions; an absent one is destroyed already. */
  async destroy(name: string): Promise<void> {
    if (!(await this.read(name))) return;
    const path = this.#path("keys", name);
    await this.#calls.do("transit config", `${path}/config`, { deletion_allowed: true }, true);
    await this.#calls.remove("transit delete", path);
  }

  /**
   * Makes the version after `latestVersion`, which the caller has recorded: rotate has no idempotency
   * key. When the key is past it already, nothing is done; when it is behind it, OpenBao contradicts itself.
   */
  async rotateFrom(name: string, latestVersion: number): Promise<TransitKey> {
    const before = await this.#mustRead(name, "transit rotate");
    if (before.latestVersion < latestVersion) throw oddAnswer("transit rotate", "contradiction");
    if (before.latestVersion > latestVersion) return before;
    await this.#calls.do("transit rotate", this.#path("keys", name, "rotate"));
    const after = await this.#mustRead(name, "transit rotate");
    if (after.latestVersion <= latestVersion) throw oddAnswer("transit rotate", "contradiction");
    return after;
  }

  /** Versions below `minDecryptionVersion` decrypt and verify no more. Can be lowered again until `trim`. */
  async setMinimumVersions(
    name: string,
    versions: { minDecryptionVersion?: number; minEncryptionVersion?: number },
  ): Promise<TransitKey> {
    const { minDecryptionVersion, minEncryptionVersion } = versions;
    const path = this.#path("keys", name, "config");
    const body = {
      ...(minDecryptionVersion ? { min_decryption_version: minDecryptionVersion } : {}),
      ...(minEncryptionVersion ? { min_encryption_version: minEncryptionVersion } : {}),
    };
    await this.#calls.do("transit config", path, body, true);
    const after = await this.#mustRead(name, "transit config");
    const isKept =
      after.minDecryptionVersion === (minDecryptionVersion ?? after.minDecryptionVersion) &&
      after.minEncryptionVersion === (minEncryptionVersion ?? after.minEncryptionVersion);
    if (!isKept) throw oddAnswer("transit config", "contradiction");
    return after;
  }

  /** Destroys the versions below `minAvailableVersion` for ever. Both minimum versions must be past them. */
  async trim(name: string, minAvailableVersion: number): Promise<TransitKey> {
    const body = { min_available_version: minAvailableVersion };
    await this.#calls.do("transit trim", this.#path("keys", name, "trim"), body, true);
    return this.#mustRead(name, "transit trim");
  }

  /** Version 0 is the latest. Reads the key first: OpenBao *makes* a key that it is asked to encrypt with. */
  async encrypt(name: string, plaintext: SecretValue, version = 0): Promise<string> {
    await this.#mustRead(name, "transit encrypt");
    const body = { plaintext: toBase64(plaintext.reveal()), key_version: version };
    const path = this.#path("encrypt", name);
    const answer = await this.#calls.send("transit encrypt", path, body, EncryptBody, true);
    return answer.data.ciphertext;
  }

  async decrypt(name: string, ciphertext: string): Promise<SecretValue> {
    const path = this.#path("decrypt", name);
    const answer = await this.#calls.send(
      "transit decrypt",
      path,
      { ciphertext },
      DecryptBody,
      true,
    );
    return SecretValue.of(Buffer.from(answer.data.plaintext, "base64").toString("utf8"));
  }

  /** Version 0 is the latest. The input is what is signed, not its digest. */
  async sign(name: string, input: string, version = 0): Promise<string> {
    const body = { input: toBase64(input), key_version: version };
    const path = this.#path("sign", name);
    const answer = await this.#calls.send("transit sign", path, body, SignBody, true);
    return answer.data.signature;
  }

  async verify(name: string, input: string, signature: string): Promise<boolean> {
    const body = { input: toBase64(input), signature };
    const path = this.#path("verify", name);
    return (await this.#calls.send("transit verify", path, body, VerifyBody, true)).data.valid;
  }

  /** Makes, while a version still works, what will prove its end. `nonce` is no secret. */
  async makeEvidence(name: string, version: number, nonce: string): Promise<VersionEvidence> {
    const key = await this.#mustRead(name, "transit evidence");
    if (key.canSign) {
      const signature = await this.sign(name, nonce, version);
      return { kind: "signature", version, input: nonce, signature };
    }
    const ciphertext = await this.encrypt(name, SecretValue.of(nonce), version);
    return { kind: "ciphertext", version, ciphertext };
  }

  /**
   * `dead` only when OpenBao refuses the evidence *and* says that its version is below the minimum;
   * a key that is gone, sealed or out of reach proves nothing and is thrown.
   */
  async probe(name: string, evidence: VersionEvidence): Promise<"alive" | "dead"> {
    try {
      if (evidence.kind === "ciphertext") await this.decrypt(name, evidence.ciphertext);
      else if (!(await this.verify(name, evidence.input, evidence.signature))) {
        throw oddAnswer("transit probe", "contradiction");
      }
      return "alive";
    } catch (error) {
      if (!(error instanceof OpenBaoError) || error.failure !== "invalid") throw error;
      const key = await this.#mustRead(name, "transit probe");
      if (key.minDecryptionVersion > evidence.version) return "dead";
      throw error;
    }
  }

  async #mustRead(name: string, operation: string): Promise<TransitKey> {
    const key = await this.read(name);
    if (!key) throw new OpenBaoError("not_found", operation, 404);
    return key;
  }

  #path(...segments: string[]): string {
    return enginePath(this.#mount, ...segments);
  }
}

function toBase64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
