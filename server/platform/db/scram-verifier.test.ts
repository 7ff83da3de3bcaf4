import { expect, test } from "vitest";
import { scramVerifier } from "./scram-verifier.ts";

test("agrees with the example of RFC 7677 §3", () => {
  // user "user", password "pencil", salt W22ZaJ0SNY7soEsUEjb6gQ==, 4096 iterations
  const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
  const verifier = scramVerifier("pencil", salt);
  // StoredKey and ServerKey that follow from the RFC's client proof and server signature.
  expect(verifier).toBe(
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
  );
});

test("salts are fresh and the password does not show", () => {
  const [a, b] = [scramVerifier("hunter2"), scramVerifier("hunter2")];
  expect(a).not.toBe(b);
  expect(a).not.toContain("hunter2");
});
