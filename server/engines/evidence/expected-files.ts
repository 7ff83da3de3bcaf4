import { type Disclosure, type PackFile, packFiles } from "./pack-format.ts";
import type { PackRange } from "./pack-tiles.ts";

/** More than optional files ever stand between two others. */
const AHEAD = 6;

/** Follows the files of a pack in their order, and tells what was passed over. */
export class ExpectedFiles {
  readonly #range: PackRange;
  readonly #disclosure: Disclosure;
  readonly #files: Generator<PackFile>;
  readonly #ahead: PackFile[] = [];
  #position = 0;

  constructor(range: PackRange, disclosure: Disclosure) {
    this.#range = range;
    this.#disclosure = disclosure;
    this.#files = packFiles(range, disclosure);
  }

  /** The file of this name and those missing before it; undefined when none of that name is still awaited. */
  reach(name: string): { file: PackFile; missing: PackFile[] } | undefined {
    this.#fill();
    const near = this.#ahead.findIndex(({ path }) => path === name);
    if (near < 0 && !this.#comesLater(name)) return undefined;
    const missing: PackFile[] = [];
    for (let file = this.#next(); file; file = this.#next()) {
      if (file.path === name) return { file, missing };
      if (!file.isOptional) missing.push(file);
    }
    return undefined;
  }

  /** What never came. */
  *rest(): Generator<PackFile> {
    for (let file = this.#next(); file; file = this.#next()) if (!file.isOptional) yield file;
  }

  #next(): PackFile | undefined {
    this.#fill();
    this.#position += 1;
    return this.#ahead.shift();
  }

  #fill(): void {
    while (this.#ahead.length < AHEAD) {
      const next = this.#files.next();
      if (next.done) return;
      this.#ahead.push(next.value);
    }
  }

  #comesLater(name: string): boolean {
    let at = 0;
    for (const { path } of packFiles(this.#range, this.#disclosure)) {
      if (path === name) return at >= this.#position;
      at += 1;
    }
    return false;
  }
}
