import { type Breach, lineAt, requireSome } from "./source-tree.ts";

interface Text {
  readonly path: string;
  readonly text: string;
}

/** Settings for tests, which production refuses. */
const OF_TESTS = new Set(["WORKER_FAILPOINT"]);
const SETTING = /^ {2}([A-Z][A-Z0-9_]{2,}):/gm;

/** Each setting that a process reads is named, whole, where operators look: the README or a page of docs. */
export function settingsAreDocumented(schemas: readonly Text[], pages: readonly Text[]): Breach[] {
  const told = new Set(pages.flatMap(({ text }) => wholeNames(text)));
  const settings = schemas.flatMap(({ path, text }) =>
    [...text.matchAll(SETTING)].map((match) => ({
      name: match[1] as string,
      file: path,
      line: lineAt(text, match.index),
    })),
  );
  return requireSome(settings, "settings")
    .filter(({ name }) => !told.has(name) && !OF_TESTS.has(name))
    .map(({ name, file, line }) => ({
      file,
      line,
      problem: `${name} is named in no page that operators read: say in the README what it is for`,
    }));
}

/** Names between backticks; one that begins with `_` goes on from the first name of its line: `DATABASE_URL_TENANT`, `_WORKER`. */
function wholeNames(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const names = [...line.matchAll(/`([A-Z_][A-Z0-9_]+)/g)].map((match) => match[1] as string);
    const [first = ""] = names;
    const stem = first.slice(0, first.lastIndexOf("_"));
    return names.map((name) => (name.startsWith("_") ? stem + name : name));
  });
}
