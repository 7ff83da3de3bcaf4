import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Adapter, AdapterPayload } from "oidc-provider";

interface Entry {
  payload: AdapterPayload;
  expiresAtMillis: number | null;
}

const SAVE_DELAY_MILLIS = 100;

/** What a realm remembers (sessions, grants, tokens), kept in one file so that a restart signs nobody out. */
export class RealmStore {
  readonly #file: string;
  readonly #entries: Map<string, Entry>;
  #timer: NodeJS.Timeout | null = null;

  constructor(file: string) {
    this.#file = file;
    this.#entries = readEntries(file);
  }

  adapter = (model: string): Adapter => ({
    upsert: async (id, payload, expiresInSeconds) => {
      const expiresAtMillis = expiresInSeconds ? Date.now() + expiresInSeconds * 1000 : null;
      this.#entries.set(`${model}:${id}`, { payload, expiresAtMillis });
      this.#changed();
    },
    find: async (id) => this.#live(`${model}:${id}`),
    findByUid: async (uid) => this.all(model).find((payload) => payload.uid === uid),
    findByUserCode: async (code) => this.all(model).find((payload) => payload.userCode === code),
    consume: async (id) => {
      const entry = this.#entries.get(`${model}:${id}`);
      if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000);
      this.#changed();
    },
    destroy: async (id) => {
      this.#entries.delete(`${model}:${id}`);
      this.#changed();
    },
    revokeByGrantId: async (grantId) => this.revokeGrant(grantId),
  });

  /** Every live record of a model, e.g. all sessions. */
  all(model: string): AdapterPayload[] {
    const keys = [...this.#entries.keys()].filter((key) => key.startsWith(`${model}:`));
    return keys.map((key) => this.#live(key)).filter((payload) => payload !== undefined);
  }

  /** Forgets a grant and every token issued from it. */
  revokeGrant(grantId: string): void {
    this.#entries.delete(`Grant:${grantId}`);
    for (const [key, { payload }] of this.#entries) {
      if (payload.grantId === grantId) this.#entries.delete(key);
    }
    this.#changed();
  }

  forgetSession(jti: string): void {
    this.#entries.delete(`Session:${jti}`);
    this.#changed();
  }

  /** Writes what is pending; call before the process ends. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    for (const key of this.#entries.keys()) this.#live(key);
    const draft = `${this.#file}.new`;
    writeFileSync(draft, JSON.stringify([...this.#entries]), { mode: 0o600 });
    renameSync(draft, this.#file);
  }

  #live(key: string): AdapterPayload | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.expiresAtMillis !== null && entry.expiresAtMillis <= Date.now()) {
      this.#entries.delete(key);
      return undefined;
    }
    return entry.payload;
  }

  #changed(): void {
    this.#timer ??= setTimeout(() => this.flush(), SAVE_DELAY_MILLIS);
  }
}

function readEntries(file: string): Map<string, Entry> {
  try {
    return new Map(JSON.parse(readFileSync(file, "utf8")) as [string, Entry][]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw new Error(`development identity provider: cannot read ${file}`, { cause: error });
  }
}
