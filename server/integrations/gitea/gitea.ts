import "server-only";
import { request } from "undici";
import { z } from "zod";
import type {
  ChangeName,
  ForgeChange,
  ForgeReview,
} from "#server/engines/supply-chain/merged-change.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";

export interface GiteaOptions {
  /** The forge's own address, without `/api/v1`. */
  url: string;
  /** Read for each call; null: only what is public can be read. */
  token: (() => Promise<SecretValue>) | null;
  timeoutMillis?: number;
}

const User = z.object({ login: z.string().min(1).max(255) });
const Pull = z.object({
  number: z.number().int(),
  merged: z.boolean(),
  merge_commit_sha: z.string().max(100).nullish(),
  user: User,
});
const Review = z.object({
  state: z.string(),
  // Null for what a team or nobody that is left was asked.
  user: User.nullish(),
  official: z.boolean().default(false),
  stale: z.boolean().default(false),
  dismissed: z.boolean().default(false),
});

const PAGE = 50;
const MOST_PAGES = 20;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const DECISIONS: Record<string, ForgeReview["decision"]> = {
  APPROVED: "approved",
  REQUEST_CHANGES: "changes-requested",
};

/** A forge that speaks Gitea's API (Gitea, Forgejo). Reads only; throws when no sound answer comes back. */
export class Gitea {
  readonly url: string;
  readonly #token: GiteaOptions["token"];
  readonly #timeoutMillis: number;

  constructor({ url, token, timeoutMillis = 10_000 }: GiteaOptions) {
    this.url = url.replace(/\/+$/, "");
    this.#token = token;
    this.#timeoutMillis = timeoutMillis;
  }

  /** A pull request with its reviews; null where there is none, or none that may be read. */
  async change({ owner, repository, number }: ChangeName): Promise<ForgeChange | null> {
    const path = `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repository)}/pulls/${number}`;
    const answer = await this.#get(path);
    if (answer === null) return null;
    const pull = Pull.parse(answer);
    if (pull.number !== number) throw new Error("the forge answered with another pull request");
    return {
      isMerged: pull.merged,
      commit: pull.merged ? (pull.merge_commit_sha ?? null) : null,
      author: pull.user.login,
      reviews: await this.#reviews(path),
    };
  }

  async #reviews(path: string): Promise<ForgeReview[]> {
    const all: ForgeReview[] = [];
    for (let page = 1; page <= MOST_PAGES; page++) {
      const answer = await this.#get(`${path}/reviews?page=${page}&limit=${PAGE}`);
      const reviews = z.array(Review).parse(answer);
      for (const { state, user, official, stale, dismissed } of reviews) {
        const decision = DECISIONS[state];
        if (!decision || !user) continue;
        all.push({ by: user.login, decision, isOfficial: official, isVoid: stale || dismissed });
      }
      // A forge may give fewer a page than asked for: only an empty page is the last.
      if (reviews.length === 0) return all;
    }
    throw new Error("the pull request has more reviews than are read");
  }

  async #get(path: string): Promise<unknown> {
    const token = await this.#token?.();
    const { statusCode, body } = await request(`${this.url}/api/v1${path}`, {
      headers: {
        accept: "application/json",
        ...(token ? { authorization: `token ${token.reveal()}` } : {}),
      },
      signal: AbortSignal.timeout(this.#timeoutMillis),
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > MAX_ANSWER_BYTES) throw new Error("the forge's answer is too long");
      chunks.push(chunk);
    }
    if (statusCode === 404) return null;
    if (statusCode !== 200) throw new Error(`the forge answered with ${statusCode}`);
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  }
}
