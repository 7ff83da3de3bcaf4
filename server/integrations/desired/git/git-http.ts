import { getCACertificates } from "node:tls";
import type { GitHttpRequest, GitHttpResponse, HttpClient } from "isomorphic-git";
import { Agent, request } from "undici";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { DesiredSourceError } from "../desired-source.ts";

export interface GitHttpOptions {
  /** Read for each reading; null: only what is public can be read. */
  credential: (() => Promise<SecretValue>) | null;
  username: string;
  /** PEM of authorities to trust beside the machine's own. */
  ca: string | null;
  timeoutMillis: number;
  mostBytes: number;
}

/**
 * Git's HTTP for one reading of one repository: one deadline over all requests, a bound on what is
 * received, no redirect to another place (the credential would go with it), and no server's words in errors.
 */
export async function gitHttp(options: GitHttpOptions): Promise<HttpClient & AsyncDisposable> {
  const { credential, username, ca, timeoutMillis, mostBytes } = options;
  const secret = await credential?.().catch(() => {
    throw new DesiredSourceError("forbidden", "the credential of the repository can't be read");
  });
  const agent = new Agent(
    ca === null ? {} : { connect: { ca: [...getCACertificates("default"), ca] } },
  );
  const signal = AbortSignal.timeout(timeoutMillis);
  let received = 0;

  async function* bounded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      received += chunk.byteLength;
      if (received > mostBytes) {
        const most = Math.round(mostBytes / 1024 ** 2);
        throw new DesiredSourceError("too-large", `the repository sends more than ${most} MiB`);
      }
      yield chunk;
    }
  }

  return {
    async request({ url, method, headers, body }: GitHttpRequest): Promise<GitHttpResponse> {
      const authorization = secret
        ? {
            authorization: `Basic ${Buffer.from(`${username}:${secret.reveal()}`).toString("base64")}`,
          }
        : {};
      const answer = await request(url, {
        dispatcher: agent,
        method: method === "POST" ? "POST" : "GET",
        headers: { ...headers, ...authorization },
        body: body ? await whole(body) : null,
        signal,
      });
      const { statusCode } = answer;
      if (statusCode !== 200) await answer.body.dump();
      if (statusCode === 401 || statusCode === 403) {
        const how = secret ? "refuses the credential" : "asks for a credential";
        throw new DesiredSourceError(
          "forbidden",
          `the host of the repository ${how} (${statusCode})`,
        );
      }
      if (statusCode === 404 || statusCode === 410) {
        const unless = secret ? "or the credential may not see it" : "or it asks for a credential";
        throw new DesiredSourceError(
          "no-such-repository",
          `there is no such repository, ${unless}`,
        );
      }
      if (statusCode !== 200) {
        throw new DesiredSourceError(
          "away",
          `the host of the repository answers with ${statusCode}`,
        );
      }
      return {
        url,
        method: method ?? "GET",
        statusCode,
        statusMessage: "",
        headers: Object.fromEntries(
          Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
        ),
        body: bounded(answer.body),
      };
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

async function whole(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
