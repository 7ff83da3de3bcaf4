import { afterEach, expect, test } from "vitest";
import { mergeFinding } from "#server/engines/supply-chain/merged-change.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { Gitea } from "./gitea.ts";
import { giteaServer, TOKEN } from "./testing/gitea-server.ts";

const NAME = { owner: "bank", repository: "checkout", number: 412 };
const REF = "bank/checkout#412";
let stop: (() => Promise<unknown>) | undefined;
afterEach(() => stop?.());

async function forge(pull: Parameters<typeof giteaServer>[0][string], token = TOKEN) {
  const server = await giteaServer({ [REF]: pull });
  stop = server.stop;
  const gitea = new Gitea({ url: `${server.url}/`, token: async () => SecretValue.of(token) });
  return { gitea, state: server.state };
}

test("reads who merged what with whose approval", async () => {
  const { gitea } = await forge({
    reviews: [
      { login: "amal", state: "APPROVED" },
      { login: "badr", state: "APPROVED", dismissed: true },
      { login: "carim", state: "APPROVED", stale: true },
      { login: "dana", state: "APPROVED", official: false },
      { login: "eman", state: "COMMENT" },
      { login: "dev", state: "APPROVED" },
      { login: null, state: "REQUEST_REVIEW" },
      { login: "amal", state: "COMMENT" },
    ],
  });
  expect(mergeFinding(REF, await gitea.change(NAME))).toEqual({
    change: REF,
    outcome: "merged",
    commit: "c0ffee".padEnd(40, "0"),
    author: "dev",
    approvers: ["amal"],
  });
});

test("reads every page of reviews: the last word counts", async () => {
  const reviews = Array.from({ length: 130 }, () => ({ login: "amal", state: "APPROVED" }));
  const last = { login: "amal", state: "REQUEST_CHANGES" };
  const { gitea, state } = await forge({ reviews: [...reviews, last] });
  expect(mergeFinding(REF, await gitea.change(NAME)).approvers).toEqual([]);
  expect(state.asked.filter((each) => each.includes("/reviews"))).toHaveLength(4);
});

test("a trial merge is no merge", async () => {
  const { gitea } = await forge({ merged: false, commit: "a".repeat(40) });
  expect(mergeFinding(REF, await gitea.change(NAME))).toMatchObject({
    outcome: "not-merged",
    commit: null,
  });
});

test("what is absent is absent; what fails, or lets nobody in, throws", async () => {
  const { gitea, state } = await forge({});
  expect(await gitea.change({ ...NAME, number: 1 })).toBeNull();
  state.failWith = 503;
  await expect(gitea.change(NAME)).rejects.toThrow("503");
  await stop?.();
  await expect(gitea.change(NAME)).rejects.toThrow();
  const closed = await forge({}, "another");
  await expect(closed.gitea.change(NAME)).rejects.toThrow("401");
});
