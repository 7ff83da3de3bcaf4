import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "./bytes.ts";
import { formatVerifierKey, noteSigner, noteVerifier, parseVerifierKey } from "./note-key.ts";
import { openNote, parseNote, signNote } from "./signed-note.ts";

/** The example of golang.org/x/mod/sumdb/note. */
const PETER_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_NOTE = `${PETER_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const alice = noteSigner("example.com/alice", new Uint8Array(32).fill(1));
const bob = noteSigner("example.com/bob", new Uint8Array(32).fill(2));

describe("signed notes", () => {
  it("opens the example of Go's note package", () => {
    const peter = parseVerifierKey(PETER_VKEY);
    expect(openNote(PETER_NOTE, [peter]).text).toBe(PETER_TEXT);
    expect(formatVerifierKey(peter)).toBe(PETER_VKEY);
  });

  it("opens what it signs", () => {
    const note = signNote("first\n\nthird\n", alice, bob);
    expect(openNote(note, [bob]).text).toBe("first\n\nthird\n");
    expect(openNote(note, [alice, bob]).signatures.map(({ name }) => name)).toEqual([
      alice.name,
      bob.name,
    ]);
  });

  it("refuses a note once any character of text or known signature has changed", () => {
    const note = signNote("example.com/log\n7\nroot\n", alice);
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.constantFrom("A", "b", "7", " "), (at, character) => {
        fc.pre(note[at] !== character);
        const forged = note.slice(0, at) + character + note.slice(at + 1);
        expect(() => openNote(forged, [alice])).toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it("ignores unknown keys, also one with a known name", () => {
    const impostor = noteSigner(alice.name, new Uint8Array(32).fill(9));
    const note = signNote("text\n", impostor, bob);
    expect(openNote(note, [alice, bob]).signatures.length).toBe(1);
    expect(() => openNote(note, [alice])).toThrow(/no known key/);
    expect(() => openNote(note, [])).toThrow(/no known key/);
  });

  it("refuses the whole note when a known key's signature fails, though another's holds", () => {
    const [, bobLine] = signNote("other\n", bob).split("\n\n");
    const note = signNote("text\n", alice) + bobLine;
    expect(() => openNote(note, [alice, bob])).toThrow(/example.com\/bob is invalid/);
    expect(openNote(note, [alice]).text).toBe("text\n");
  });

  const signed = signNote("text\n", alice);
  it.each([
    ["nothing", ""],
    ["no signature", "text\n\n"],
    ["no blank line", signed.replace("\n\n", "\n")],
    ["no final newline", signed.slice(0, -1)],
    ["a hyphen for the em dash", signed.replace("—", "-")],
    ["two spaces", signed.replace("— ", "—  ")],
    ["a carriage return", signed.replaceAll("\n", "\r\n")],
    ["a tab", signed.replace("text", "te\txt")],
    ["a null", signed.replace("text", "te\0xt")],
    ["a lone surrogate", signed.replace("text", "te\ud800xt")],
    ["a plus in the name", signed.replace("/alice", "+alice")],
    ["a no-break space in the name", signed.replace("/alice", "\u00a0alice")],
    ["base64 without padding", signed.replace(/=+\n$/, "\n")],
    ["a signature of four bytes", "text\n\n— example.com/alice AAAAAA==\n"],
    ["a trailing line", `${signed}more\n`],
    ["too many signatures", `text\n\n${"— a AAAAAAAA\n".repeat(65)}`],
  ])("refuses %s", (_, note) => {
    expect(() => parseNote(note)).toThrow();
  });

  it.each(["text", "te\0xt\n", "a\r\n", "\ud800\n"])("will not sign %j", (text) => {
    expect(() => signNote(text, alice)).toThrow(/cannot be signed/);
    expect(() => signNote("text\n")).toThrow(/cannot be signed/);
  });
});

describe("verifier keys", () => {
  it("come back from their text", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
        const verifier = noteVerifier("example.com/log", key);
        expect(parseVerifierKey(formatVerifierKey(verifier))).toEqual(verifier);
      }),
    );
  });

  it.each([
    ["another key id", PETER_VKEY.replace("c74f20a3", "c74f20a4")],
    ["another name", PETER_VKEY.replace("Peter", "Petra")],
    ["another algorithm", PETER_VKEY.replace("+AR", "+Ah")],
    ["a short key", PETER_VKEY.slice(0, -4)],
    ["no name", PETER_VKEY.slice("PeterNeumann".length)],
    ["a space in the name", `a ${PETER_VKEY}`],
    ["upper-case hex", PETER_VKEY.replace("c74f20a3", "C74F20A3")],
    ["nothing", ""],
  ])("with %s are refused", (_, text) => {
    expect(() => parseVerifierKey(text)).toThrow();
  });

  it("have the key id of the specification", () => {
    expect(toHex(parseVerifierKey(PETER_VKEY).keyId)).toBe("c74f20a3");
    expect(() => noteSigner("example.com/log", new Uint8Array(31))).toThrow(/32 bytes/);
  });
});
