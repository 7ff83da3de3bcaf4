import { expect, test } from "vitest";
import { UsageError } from "../command.ts";
import { logQueryCommand } from "./log-query.ts";

async function run(...args: string[]) {
  const said: string[] = [];
  const faults: string[] = [];
  const code = await logQueryCommand.run(args, {
    out: (line) => said.push(line),
    err: (line) => faults.push(line),
  });
  return { code, body: said.length > 0 ? JSON.parse(said.join("\n")) : null, faults };
}

test("a search of the log is the body of a search of the sink's index, the newest first", async () => {
  expect(await run("outcome:denied payload.region:muscat")).toEqual({
    code: 0,
    body: {
      query: {
        bool: {
          filter: [
            {
              bool: {
                filter: [
                  { term: { "search.outcome": { value: "denied" } } },
                  { term: { "search.terms": { value: "word:14:payload.region:muscat" } } },
                ],
              },
            },
          ],
        },
      },
      sort: [{ "search.index": "desc" }],
    },
    faults: [],
  });
});

test("the mapping names every field that a search may ask for", async () => {
  const { body } = await run("--mapping");
  expect(body.mappings.properties.search.properties).toMatchObject({
    terms: { type: "keyword" },
    time: { type: "date" },
    index: { type: "long" },
  });
});

test("a mistake is told with its place and a remedy", async () => {
  const { code, body, faults } = await run("outcome:nope");
  expect([code, body]).toEqual([1, null]);
  expect(faults).toEqual([expect.stringMatching(/^\d+–12: “nope” is no outcome\. It is one of/)]);
  await expect(run()).rejects.toThrow(UsageError);
});
