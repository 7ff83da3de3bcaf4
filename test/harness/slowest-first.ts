import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take most of a run, the longest first: begun last, one would keep a worker busy while the others idle. */
const SLOW = [
  "test/walls/code-alone",
  "test/isolation/",
  "test/crash/",
  "server/features/audit/search/",
  "server/worker/",
  "test/canary/",
  "server/embedded/",
  "server/features/audit/",
  "server/features/deployments/",
  "server/engines/",
  "test/api/",
];

const rankOf = (file: TestSpecification) => {
  const rank = SLOW.findIndex((part) => file.moduleId.includes(part));
  return rank === -1 ? SLOW.length : rank;
};

/** Vitest's own order, but for the files known to be slow: a fresh clone remembers no durations. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}
