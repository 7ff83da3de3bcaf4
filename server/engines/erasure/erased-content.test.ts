import { describe, expect, test } from "vitest";
import type { JsonValue } from "../canonical-json/canonical-json.ts";
import {
  contentOf,
  ERASED,
  jsonWithout,
  nameWithout,
  paramsWithout,
  sealedWithout,
  textWithout,
} from "./erased-content.ts";

const actor = {
  kind: "user",
  issuer: "https://i",
  subject: "s-1",
  name: "Layla Said",
  roles: ["auditor"],
};
const payload = {
  reason: "Layla lost her phone",
  environment: "prod",
  digest: "ab".repeat(32),
  id: "0190a5f2-0000-7000-8000-000000000001",
  note: "burst",
  person: { issuer: "https://i", subject: "s-2", name: "Omar Hadi" },
  actor,
  requestId: "a request of words",
};
const content = contentOf([payload], { ofActor: false });

describe("what counts as content", () => {
  test("words do; ids, digests, machine words, who did it and whom it names do not", () => {
    expect([...content.texts].sort()).toEqual(["Layla lost her phone", "burst"]);
    expect(content.people).toEqual([]);
  });
  test("a person's whole trail names them", () => {
    const { kind: _kind, roles: _roles, ...person } = actor;
    expect(contentOf([payload], { ofActor: true }).people).toEqual([person]);
  });
});

describe("what is taken", () => {
  test.each([
    ["Layla lost her phone", ERASED],
    [" Layla lost her phone\n", ERASED],
    ["approved: Layla lost her phone, so be quick", `approved: ${ERASED}, so be quick`],
    ["burst", ERASED],
    // One word is taken where it is all that is said, not out of other people's sentences.
    ["a burst pipe", "a burst pipe"],
    ["prod", "prod"],
  ])("%s", (text, left) => expect(textWithout(text, content)).toBe(left));

  test("in JSON below keys of words alone, and nothing else changes", () => {
    const value: JsonValue = {
      state: "burst",
      steps: [{ note: "burst" }, { reason: payload.reason }],
      n: 1,
    };
    expect(jsonWithout(value, content)).toEqual({
      state: "burst",
      steps: [{ note: ERASED }, { reason: ERASED }],
      n: 1,
    });
  });

  test("a name goes with its identity; a namesake keeps it", () => {
    const whole = contentOf([payload], { ofActor: true });
    const namesake = { issuer: "https://i", subject: "s-9", name: "Layla Said" };
    expect(jsonWithout({ by: namesake, of: { ...namesake, subject: "s-1" } }, whole)).toEqual({
      by: namesake,
      of: { ...namesake, subject: "s-1", name: ERASED },
    });
    expect(nameWithout("Layla Said", null, whole)).toBe(ERASED);
    expect(nameWithout("Layla Said", namesake, whole)).toBe("Layla Said");
    expect(nameWithout("Layla Said", null, content)).toBe("Layla Said");
  });

  test("in the query of an address, whichever way it is written", () => {
    const left = paramsWithout("q=Layla+lost+her+phone&sort=name", content);
    expect(new URLSearchParams(left).get("q")).toBe(ERASED);
    expect(paramsWithout("q=other%20words&sort=name", content)).toBe("q=other%20words&sort=name");
  });

  test("an envelope that was kept goes whole, whatever the key; one that says none of it stays", () => {
    const kept = (data: object) => ({ text: JSON.stringify({ specversion: "1.0", data }) });
    expect(sealedWithout(kept({ blob: "burst" }), content)).toEqual({ text: ERASED });
    expect(sealedWithout(kept({ blob: "other" }), content)).toEqual(kept({ blob: "other" }));
    expect(sealedWithout({ query: "burst", packKey: "burst" }, content)).toEqual({
      query: ERASED,
      packKey: "burst",
    });
  });
});
