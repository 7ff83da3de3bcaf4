import { type Breach, requireSome } from "./source-tree.ts";

const KEBAB = "[a-z0-9]+(-[a-z0-9]+)*";
const FILE = new RegExp(
  `^${KEBAB}(\\.(test|int\\.test|spec|peer|contract|config|d|harness))*\\.tsx?$`,
);
/** Plain folders, and those of Next's router: (group), [param], [...rest], [[...rest]], _private. */
const FOLDER = new RegExp(
  `^(_?${KEBAB}|\\(${KEBAB}\\)|\\[{1,2}(\\.\\.\\.)?[a-zA-Z]+\\]{1,2}|\\.well-known|openapi\\.json)$`,
);

/** File and folder names are kebab-case. */
export function fileNames(paths: readonly string[]): Breach[] {
  return requireSome(paths, "source files").flatMap((path) => {
    const parts = path.split("/");
    const file = parts.pop() ?? "";
    const wrong = FILE.test(file) ? parts.find((part) => !FOLDER.test(part)) : file;
    return wrong === undefined
      ? []
      : [{ file: path, line: 1, problem: `"${wrong}" is not kebab-case: rename it` }];
  });
}
