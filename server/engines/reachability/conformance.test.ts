import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { type Manifest, readManifests } from "#server/engines/kubernetes/read-manifests.ts";
import { edgeLines } from "./edge-text.ts";
import { factsFromManifests } from "./facts-from-manifests.ts";
import { atomicRanges, contains, formatRange, type IpRange, parseCidr } from "./ip-range.ts";
import { computeReachability } from "./reachability.ts";

const root = resolve(process.env.CONFORMANCE_DIR ?? "../shared/conformance", "network-policy");

describe.skipIf(!existsSync(root))(
  "netpol-analyzer's cases (CONFORMANCE_DIR/network-policy)",
  () => {
    const cases = existsSync(root) ? readdirSync(root).sort() : [];

    it("are there", () => expect(cases.length).toBeGreaterThan(40));

    it.each(cases)("%s", (name) => {
      const expected = readFileSync(join(root, name, "expected.txt"), "utf8")
        .trim()
        .split("\n")
        .filter(Boolean);
      const { facts } = factsFromManifests(manifestsUnder(join(root, name, "manifests")));
      const actual = edgeLines(computeReachability(facts));
      const atoms = atomicRanges([4], [...actual, ...expected].flatMap(rangesIn));
      expect(perAtom(actual, atoms)).toEqual(perAtom(expected, atoms));
    });
  },
);

function manifestsUnder(directory: string): Manifest[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ya?ml|json)$/.test(file))
    .flatMap((file) => readManifests(file, readFileSync(join(directory, file), "utf8")).manifests);
}

const EXTERNAL = /(\d+\.\d+\.\d+\.\d+)-(\d+\.\d+\.\d+\.\d+)\[External\]/;

function rangesIn(line: string): IpRange[] {
  const match = EXTERNAL.exec(line);
  const from = match && parseCidr(`${match[1]}/32`);
  const to = match && parseCidr(`${match[2]}/32`);
  return from && to ? [{ family: 4, from: from.from, to: to.to }] : [];
}

/** Two correct answers may cut ranges differently: compare per atomic range. */
function perAtom(lines: string[], atoms: IpRange[]): string[] {
  return lines
    .flatMap((line) => {
      const [range] = rangesIn(line);
      if (!range) return [line];
      return atoms
        .filter((atom) => contains(range, atom))
        .map((atom) => line.replace(EXTERNAL, formatRange(atom)));
    })
    .sort();
}
