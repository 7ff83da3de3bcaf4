import fc from "fast-check";
import { expect, test } from "vitest";
import { IndexSet } from "./index-set.ts";
import { PortSet } from "./port-set.ts";
import { PortsByPeer } from "./ports-by-peer.ts";

/** Sparse, dense, and across the border between the two. */
const members = fc.oneof(
  fc.array(fc.nat(100_000), { maxLength: 40 }),
  fc.array(fc.nat(200), { maxLength: 200 }),
  fc.nat(300).map((end) => Array.from({ length: end }, (_, at) => at)),
);
const sorted = (numbers: Iterable<number>) => [...new Set(numbers)].sort((a, b) => a - b);

test("sets of numbers are sets, however they are kept", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(members, members, fc.nat(300), (a, b, probe) => {
      const [one, two] = [IndexSet.of(a), IndexSet.of(b)];
      expect([...one]).toEqual(sorted(a));
      expect(one.size).toBe(new Set(a).size);
      expect(one.has(probe)).toBe(a.includes(probe));
      expect([...one.union(two)]).toEqual(sorted([...a, ...b]));
      expect([...one.intersect(two)]).toEqual(sorted(a).filter((each) => b.includes(each)));
      expect([...one.minus(two)]).toEqual(sorted(a).filter((each) => !b.includes(each)));
      expect(one.equals(two)).toBe(String(sorted(a)) === String(sorted(b)));
      expect([...IndexSet.below(probe)]).toEqual(Array.from({ length: probe }, (_, at) => at));
    }),
  );
});

const ports = fc
  .array(
    fc.tuple(
      fc.constantFrom("TCP" as const, "UDP" as const),
      fc.integer({ min: 1, max: 9 }),
      fc.nat(3),
    ),
    { maxLength: 3 },
  )
  .map((list) =>
    list.reduce(
      (sum, [protocol, from, more]) => sum.union(PortSet.range(protocol, from, from + more)),
      PortSet.none,
    ),
  );
const byPeer = fc
  .array(fc.tuple(fc.array(fc.nat(9), { maxLength: 6 }), ports), { maxLength: 4 })
  .map((list) =>
    list.reduce(
      (sum, [peers, each]) => sum.union(PortsByPeer.of(IndexSet.of(peers), each)),
      PortsByPeer.none,
    ),
  );

test("ports by peer are reckoned peer by peer, port by port", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(byPeer, byPeer, (a, b) => {
      const wrong: string[] = [];
      for (let peer = 0; peer < 10; peer++) {
        for (const protocol of ["TCP", "UDP"] as const) {
          for (let port = 1; port < 13; port++) {
            const has = (row: PortsByPeer) => row.portsOf(peer)?.has(protocol, port) ?? false;
            const [inA, inB] = [has(a), has(b)];
            const found = [has(a.union(b)), has(a.intersect(b)), has(a.minus(b))];
            if (String(found) !== String([inA || inB, inA && inB, inA && !inB])) {
              wrong.push(`${peer} ${protocol} ${port}`);
            }
          }
        }
      }
      expect(wrong).toEqual([]);
    }),
  );
});
