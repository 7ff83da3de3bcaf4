/** What is kept under its own digest: the same bytes once, never changed. */
export interface StoredContent {
  /** SHA-256, 64 hexadecimal digits. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** Bytes `[start, end)`. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
}

/** Tiles and evidence packs: a folder, or object storage that speaks S3. */
export interface ContentStore {
  /**
   * Keeps what streams in, under its digest; there once it resolves, durably and whole, or not at all.
   * Where the store can, nobody takes it away before `retainUntil`, this installation included.
   */
  put(content: AsyncIterable<Uint8Array>, options?: { retainUntil?: Date }): Promise<StoredContent>;
  /** Undefined when it is not here. A whole read that is not what its digest says ends in an error. */
  get(digest: string, range?: ContentRange): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Bytes; undefined when it is not here. */
  size(digest: string): Promise<number | undefined>;
  /** Takes it away; fine when it is gone already. Throws `locked` before its time. */
  remove(digest: string): Promise<void>;
  close(): void;
}

/**
 * - `unreachable`: try again; `permission_denied`: our identity lacks the right.
 * - `locked`: it may not be taken away yet. `corrupt`: what came back is not what its digest says.
 * - `refused`: anything else.
 */
export type ContentStoreFailure =
  | "unreachable"
  | "permission_denied"
  | "locked"
  | "corrupt"
  | "refused";

export class ContentStoreError extends Error {
  readonly failure: ContentStoreFailure;

  constructor(failure: ContentStoreFailure, what: string, options?: ErrorOptions) {
    super(`content store, ${what}: ${failure}`, options);
    this.name = "ContentStoreError";
    this.failure = failure;
  }
}

const DIGEST = /^[0-9a-f]{64}$/;

/** `sha256/ab/abcd…`: spread, so that no folder grows too large. */
export function keyOf(digest: string): string {
  if (!DIGEST.test(digest)) throw new ContentStoreError("refused", "a digest is 64 hex digits");
  return `sha256/${digest.slice(0, 2)}/${digest}`;
}
