import { expect, test } from "vitest";
import { startApiServer } from "#server/embedded/kubernetes/api-server.ts";
import { recording, unlikeRecorded } from "./as-recorded.ts";
import { talk } from "./talk.ts";

test("the development API server answers as a kube-apiserver did", async () => {
  const server = await startApiServer({
    users: {
      "admin-token": { name: "admin", rules: "all" },
      "reader-token": { name: "console-reader", rules: [] },
    },
  });
  try {
    const answers = await talk({
      url: server.url,
      tokens: { admin: "admin-token", reader: "reader-token" },
      compact: async () => {
        server.store.pass();
        server.store.compact();
      },
    });
    const recorded = recording();
    expect(recorded.answers.length).toBeGreaterThan(60);
    expect(unlikeRecorded(answers, recorded.answers)).toEqual([]);
  } finally {
    await server.close();
  }
}, 60_000);

test("it does not run in production", async () => {
  const before = process.env.CONSOLE_MODE;
  process.env.CONSOLE_MODE = "production";
  try {
    await expect(startApiServer()).rejects.toThrow("never runs in production");
  } finally {
    process.env.CONSOLE_MODE = before;
  }
});
