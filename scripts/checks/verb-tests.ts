import { Visitor } from "oxc-parser";
import { isVerbFile } from "./import-direction.ts";
import { type Breach, isTestCode, requireSome, type SourceFile } from "./source-tree.ts";

function declaresVerb(file: SourceFile): boolean {
  let found = false;
  new Visitor({
    CallExpression({ callee }) {
      if (callee.type === "Identifier" && callee.name === "verb") found = true;
    },
  }).visit(file.program);
  return found;
}

/** The test imports the verb's file, itself or in its fixture, or names the verb (from an index). */
function calls(
  test: SourceFile,
  verbPath: string,
  name: string,
  byPath: ReadonlyMap<string, SourceFile>,
): boolean {
  const fixtures = test.imports.flatMap(({ target }) =>
    isTestCode(target) ? (byPath.get(target)?.imports ?? []) : [],
  );
  if ([...test.imports, ...fixtures].some((each) => each.target === verbPath)) return true;
  const camelCase = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return new RegExp(`\\b${camelCase}\\b`).test(test.text);
}

/** Every file in `verbs/` is one verb, and has a test beside it that names it. */
export function verbTests(files: readonly SourceFile[]): Breach[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const verbs = requireSome(
    files.filter((file) => isVerbFile(file.path)),
    "verb files (server/features/*/verbs/*.ts)",
  );
  return verbs.flatMap((file) => {
    const stem = file.path.replace(/\.ts$/, "");
    const breach = (problem: string) => ({ file: file.path, line: 1, problem });
    const breaches: Breach[] = [];
    if (!declaresVerb(file)) {
      breaches.push(
        breach("declares no verb(…): move it out of verbs/, which holds one change a file"),
      );
    }
    const tests = [`${stem}.test.ts`, `${stem}.int.test.ts`].filter((path) => byPath.has(path));
    const name = stem.slice(stem.lastIndexOf("/") + 1);
    if (tests.length === 0) {
      breaches.push(
        breach(`has no test beside it: write ${name}.int.test.ts (what to test: STYLE, "Tests")`),
      );
    } else if (
      !tests.some((path) => calls(byPath.get(path) as SourceFile, file.path, name, byPath))
    ) {
      breaches.push(
        breach(`${tests[0]} never names it: a test must call the verb it stands beside`),
      );
    }
    return breaches;
  });
}
