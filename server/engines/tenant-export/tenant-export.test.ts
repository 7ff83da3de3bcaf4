import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { headerLine, openFrames, sealFrame, splitExport } from "./sealed-frames.ts";
import { TAR_END, tarEntry, tarFiles } from "./tar.ts";

test("an archive gives its files back, whatever their contents", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 6 }), (contents) => {
      const entries = contents.map((content, at) => tarEntry(`log/${at}`, content));
      const files = [...tarFiles(Buffer.concat([...entries, TAR_END]))];
      expect(files.map(({ content }) => [...content])).toEqual(contents.map((each) => [...each]));
    }),
  );
});

test("an archive that is cut off, or leaves its folder, is refused", () => {
  const whole = Buffer.concat([tarEntry("a", Buffer.from("x".repeat(600))), TAR_END]);
  expect(() => [...tarFiles(whole.subarray(0, 700))]).toThrow(/cut off/);
  expect(() => [
    ...tarFiles(Buffer.concat([tarEntry("../a", Buffer.from("x")), TAR_END])),
  ]).toThrow();
});

const header = {
  format: "sovereign-console/tenant-export/v1",
  tenant: "acme",
  lifecycleId: "one",
  key: "jwe",
} as const;

test("frames open in their order and number, and no other way", () => {
  const key = randomBytes(32);
  const frames = ["first", "second", "third"].map((text, at, all) =>
    sealFrame(key, "one", at, at === all.length - 1, Buffer.from(text)),
  );
  const file = Buffer.concat([headerLine(header), ...frames]);
  const split = splitExport(file);
  expect(openFrames(key, split.header, split.frames).toString()).toBe("firstsecondthird");
  const [a, b, c] = split.frames as [Buffer, Buffer, Buffer];
  for (const wrong of [[a, b], [b, a, c], [a, c], [a, b, c, c], []]) {
    expect(() => openFrames(key, header, wrong)).toThrow();
  }
  expect(() => openFrames(key, { ...header, lifecycleId: "two" }, split.frames)).toThrow();
  expect(() => splitExport(file.subarray(0, -3))).toThrow(/cut off/);
});
