import { describe, expect, it } from "vitest";
import { toBase64 } from "../bytes.ts";
import { naiveConsistency, naivePath, naiveRoot, sampleLeaves } from "./naive-tree.ts";
import { parseProofFile, verifyProofFile } from "./proof-file.ts";

const leaves = sampleLeaves(7);
const [leaf] = leaves as [Uint8Array];
const inclusion = {
  leafIdx: 0,
  treeSize: 7,
  root: toBase64(naiveRoot(leaves)),
  leafHash: toBase64(leaf),
  proof: naivePath(0, leaves).map(toBase64),
};
const consistency = {
  size1: 3,
  size2: 7,
  root1: toBase64(naiveRoot(leaves.slice(0, 3))),
  root2: toBase64(naiveRoot(leaves)),
  proof: naiveConsistency(3, leaves).map(toBase64),
};

describe("proof files", () => {
  it("hold when they are true", () => {
    verifyProofFile(parseProofFile(JSON.stringify(inclusion)));
    verifyProofFile(parseProofFile(JSON.stringify(consistency)));
  });

  it("do not hold when they are not", () => {
    for (const lie of [
      { ...inclusion, leafIdx: 1 },
      { ...consistency, size1: 4 },
    ]) {
      expect(() => verifyProofFile(parseProofFile(JSON.stringify(lie)))).toThrow(/proof/);
    }
  });

  it("keep every bit of 2^64 - 1", () => {
    const text = JSON.stringify(inclusion).replace('"leafIdx":0', '"leafIdx":18446744073709551615');
    expect(parseProofFile(text).claim).toMatchObject({ leafIndex: 2n ** 64n - 1n });
  });

  it.each([
    ["a fraction", '{"leafIdx": 1.0}', /1.0 is not a whole number/],
    ["an exponent", '{"leafIdx": 1e3}', /whole number/],
    ["a negative index", JSON.stringify({ ...inclusion, leafIdx: -1 }), /leafIdx is not a 64-bit/],
    ["65 bits", '{"leafIdx": 18446744073709551616}', /leafIdx is not a 64-bit/],
    ["a number as text", JSON.stringify({ ...inclusion, treeSize: "7" }), /treeSize/],
    ["a root that is no base64", JSON.stringify({ ...inclusion, root: "*" }), /base64/],
    ["a missing root", JSON.stringify({ ...consistency, root1: undefined }), /root1/],
    ["a proof that is no list", JSON.stringify({ ...inclusion, proof: "x" }), /list/],
    ["nothing", "null", /not a proof file/],
    ["an empty object", "{}", /size1/],
    ["no JSON", "{", SyntaxError],
  ])("with %s are refused", (_, text, error) => {
    expect(() => parseProofFile(text)).toThrow(error as RegExp);
  });
});
