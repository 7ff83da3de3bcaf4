import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take most of a run: begun last, they would keep one worker busy while the others idle. */
const SLOW = ["test/crash/", "test/isolation/", "server/worker/rotation/", "test/canary/"];

const isSlow = (file: TestSpecification) => SLOW.some((part) => file.moduleId.includes(part));

/** Vitest's own order, but for the files known to be slow: a fresh clone remembers no durations. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}
