import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export const TOKEN = "forge-token-of-the-test";

interface PullFixture {
  merged?: boolean;
  commit?: string | null;
  author?: string;
  reviews?: { login: string | null; state: string; [key: string]: unknown }[];
}

/**
 * A server that answers as Gitea 1.22 does (swagger: repoGetPullRequest, repoListPullReviews): pages,
 * `token` authorization, 404 with a message for what is absent. `pulls` by `owner/repository#number`.
 */
export async function giteaServer(pulls: Record<string, PullFixture>) {
  const state = { pulls, failWith: 0, asked: [] as string[] };
  const server = createServer((req, res) => {
    const url = new URL(req.url ?? "/", "http://forge");
    state.asked.push(`${req.method} ${url.pathname}${url.search}`);
    const answer = (status: number, body: unknown) => {
      res.writeHead(status, { "content-type": "application/json;charset=utf-8" });
      res.end(JSON.stringify(body));
    };
    if (state.failWith) return answer(state.failWith, { message: "not now" });
    if (req.headers.authorization !== `token ${TOKEN}`) {
      return answer(401, { message: "token is required", url: "/api/swagger" });
    }
    const match = /^\/api\/v1\/repos\/([^/]+)\/([^/]+)\/pulls\/(\d+)(\/reviews)?$/.exec(
      url.pathname,
    );
    const pull = match && state.pulls[`${match[1]}/${match[2]}#${match[3]}`];
    if (!match || !pull) {
      return answer(404, { message: "The target couldn't be found.", url: "/api/swagger" });
    }
    if (!match[4]) {
      const isMerged = pull.merged ?? true;
      return answer(200, {
        id: 9_000 + Number(match[3]),
        number: Number(match[3]),
        state: isMerged ? "closed" : "open",
        merged: isMerged,
        // Before a merge Gitea gives the commit of a trial merge here.
        merge_commit_sha: pull.commit === undefined ? "c0ffee".padEnd(40, "0") : pull.commit,
        user: { id: 1, login: pull.author ?? "dev", full_name: "" },
        base: { ref: "main" },
      });
    }
    const limit = Math.min(Number(url.searchParams.get("limit") ?? 30), 50);
    const page = Number(url.searchParams.get("page") ?? 1);
    const reviews = (pull.reviews ?? []).map(({ login, ...review }, at) => ({
      id: at + 1,
      official: true,
      stale: false,
      dismissed: false,
      user: login === null ? null : { id: at + 10, login },
      ...review,
    }));
    return answer(200, reviews.slice((page - 1) * limit, page * limit));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    state,
    url: `http://127.0.0.1:${port}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
