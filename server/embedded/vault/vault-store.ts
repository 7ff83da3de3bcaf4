import { createHash, randomBytes, randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decryptJson, encryptJson, readOrCreateKey, writeAtomically } from "./encrypted-file.ts";
import { VaultError } from "./vault-error.ts";
import { emptyState, type VaultState } from "./vault-state.ts";

/** The state of the vault, sealed or not. Every change is on disk before its answer goes out. */
export class VaultStore {
  readonly #stateFile: string;
  readonly #keyFile: string;
  #key: Buffer | null = null;
  #state: VaultState | null = null;
  #restored = "";

  constructor(directory: string) {
    this.#stateFile = join(directory, "vault.enc");
    this.#keyFile = join(directory, "unseal.key");
    this.unseal(readOrCreateKey(this.#keyFile));
  }

  get isSealed(): boolean {
    return this.#state === null;
  }

  /** Throws OpenBao's 503 while sealed. */
  get state(): VaultState {
    if (!this.#state) throw new VaultError(503, "Vault is sealed");
    return this.#state;
  }

  /** Applies a change and persists it; a failed change leaves memory and disk as they were. */
  change<T>(apply: (state: VaultState) => T): T {
    const before = this.state;
    const draft = structuredClone(before);
    const answer = apply(draft);
    if (this.#key) writeAtomically(this.#stateFile, encryptJson(this.#key, draft));
    this.#state = draft;
    return answer;
  }

  /**
   * Restores what another development vault has on disk, as an operator restores a storage snapshot.
   * Gives false when there is nothing new, or while sealed. For the demo's second region only.
   */
  restoreFrom(directory: string): boolean {
    const file = join(directory, "vault.enc");
    if (this.isSealed || !existsSync(file)) return false;
    const snapshot = readFileSync(file);
    const digest = createHash("sha256").update(snapshot).digest("hex");
    if (digest === this.#restored) return false;
    const key = readOrCreateKey(join(directory, "unseal.key"));
    const state = decryptJson<VaultState>(key, snapshot);
    // Whoever logged in here stays logged in: a snapshot would end that every few seconds.
    this.change((own) => {
      Object.assign(own, state, { tokens: { ...own.tokens, ...state.tokens } });
    });
    this.#restored = digest;
    return true;
  }

  seal(): void {
    this.#state = null;
    this.#key = null;
  }

  /** Throws OpenBao's 400 when the key is not this vault's. */
  unseal(key: Buffer): void {
    try {
      const fresh = emptyState(randomUUID(), `kv_${randomBytes(4).toString("hex")}`);
      // A file of an older version lacks the engines it did not know.
      this.#state = existsSync(this.#stateFile)
        ? { ...fresh, ...decryptJson<VaultState>(key, readFileSync(this.#stateFile)) }
        : fresh;
      this.#key = key;
    } catch {
      throw new VaultError(400, "unseal failed, invalid key");
    }
  }

  /** Makes the token of a file valid for everything, making the file (0600) on first use. */
  adoptRootToken(file: string): void {
    if (!existsSync(file)) {
      writeAtomically(file, Buffer.from(`s.${randomBytes(24).toString("base64url")}`));
    }
    const token = readFileSync(file, "utf8").trim();
    if (token.length < 16) throw new Error(`The root token in ${file} is too short.`);
    this.change((state) => {
      for (const [hash, entry] of Object.entries(state.tokens)) {
        if (entry.displayName === "root") delete state.tokens[hash];
      }
      state.tokens[hashToken(token)] = {
        accessor: randomBytes(18).toString("base64url"),
        displayName: "root",
        policies: ["root"],
        createdAt: Math.floor(Date.now() / 1000),
        expiresAt: null,
        creationTtlSeconds: 0,
      };
    });
  }
}

export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
