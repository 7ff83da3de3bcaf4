import type { z } from "zod";
import { OpenBaoError } from "./openbao-error.ts";
import type { OpenBaoHttp } from "./openbao-http.ts";
import { parseBody } from "./parse-body.ts";

/** The ways in which every engine is asked. Paths are given without `/v1/`. */
export class EngineCalls {
  readonly #http: OpenBaoHttp;

  constructor(http: OpenBaoHttp) {
    this.#http = http;
  }

  /** Null for what isn't there, whichever status and words the engine has for that. */
  async read<T>(operation: string, path: string, shape: z.ZodType<T>): Promise<T | null> {
    return this.#get(operation, path, shape, true);
  }

  /** Like `read`, for a GET that makes something: never sent twice. */
  async readOnce<T>(operation: string, path: string, shape: z.ZodType<T>): Promise<T | null> {
    return this.#get(operation, path, shape, false);
  }

  /** Names below a path; OpenBao's 404 for an empty list is an empty list. */
  async list<T>(operation: string, path: string, shape: z.ZodType<T>): Promise<T | null> {
    return this.read(operation, `${path}?list=true`, shape);
  }

  /** Sends once unless `isRepeatable`; what comes back is of this shape or the outcome is unknown. */
  async send<T>(
    operation: string,
    path: string,
    body: unknown,
    shape: z.ZodType<T>,
    isRepeatable = false,
  ): Promise<T> {
    const answer = await this.#http.call({ operation, method: "POST", path, body, isRepeatable });
    return parseBody(shape, answer.body, operation);
  }

  /** For calls whose answer says nothing more than that it was done. */
  async do(
    operation: string,
    path: string,
    body: unknown = {},
    isRepeatable = false,
  ): Promise<void> {
    await this.#http.call({ operation, method: "POST", path, body, isRepeatable });
  }

  /** Takes something away; repeating is harmless, and what is absent is no error. */
  async remove(operation: string, path: string): Promise<void> {
    try {
      await this.#http.call({ operation, method: "DELETE", path, isRepeatable: true });
    } catch (error) {
      const isAbsent =
        error instanceof OpenBaoError &&
        error.failure === "not_found" &&
        error.oddity !== "missing_route";
      if (!isAbsent) throw error;
    }
  }

  async #get<T>(
    operation: string,
    path: string,
    shape: z.ZodType<T>,
    isRepeatable: boolean,
  ): Promise<T | null> {
    try {
      const { body } = await this.#http.call({ operation, method: "GET", path, isRepeatable });
      return parseBody(shape, body, operation);
    } catch (error) {
      const isAbsent =
        error instanceof OpenBaoError &&
        error.failure === "not_found" &&
        error.oddity !== "missing_route";
      if (isAbsent) return null;
      throw error;
    }
  }
}

/** A path whose segments were given by others: each is one segment, whatever it holds. */
export function enginePath(mount: string, ...segments: string[]): string {
  const inner = segments.flatMap((each) => each.split("/")).map(encodeURIComponent);
  return [mount.replace(/^\/+|\/+$/g, ""), ...inner].join("/");
}
