import { expect, test } from "vitest";
import {
  buildersIn,
  buildersText,
  keysIn,
  keysText,
  type SupplyChain,
  signersIn,
  signersText,
  sourcesIn,
  sourcesText,
} from "./supply-chain-text.ts";

const PEM = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----";

test("what is written is what is read", () => {
  const signers = [
    { issuer: "https://a", subject: "https://a/x@refs/heads/main" },
    { issuer: "https://b", subject: "Some Body" },
  ];
  const builders: SupplyChain["builders"] = [
    { id: "https://a/builder", level: 3 },
    { id: "b", level: 2 },
  ];
  const sources = [
    { service: null, repository: "https://a/r", ref: null },
    { service: "checkout", repository: "https://a/r", ref: "refs/heads/main" },
  ];
  const keys = [
    { name: "release", publicKey: PEM },
    { name: "old release", publicKey: PEM },
  ];
  expect(signersIn(signersText(signers))).toEqual(signers);
  expect(buildersIn(buildersText(builders))).toEqual(builders);
  expect(sourcesIn(sourcesText(sources))).toEqual(sources);
  expect(keysIn(keysText(keys))).toEqual(keys);
});

test("half a line is kept for the server to refuse, and empty lines are none", () => {
  expect(signersIn("\n https://a \n\n")).toEqual([{ issuer: "https://a", subject: "" }]);
  expect(sourcesIn("checkout")).toEqual([{ service: "checkout", repository: "", ref: null }]);
  expect(buildersIn("https://a/builder")).toEqual([{ level: 2, id: "https://a/builder" }]);
  expect(keysIn("release\nnot a key")).toEqual([]);
  expect(keysIn(`${PEM}\n${PEM}`).map(({ name }) => name)).toEqual(["key-1", "key-2"]);
});
