import { Visitor } from "oxc-parser";
import { type Breach, isTestCode, lineAt, requireSome, type SourceFile } from "./source-tree.ts";

/** Codes whose sentence is about the very case; the others have one of their own in `common.problems`. */
const SPOKEN = new Set([
  "conflict",
  "stale",
  "invalid",
  "forbidden",
  "too_large",
  "unsupported_media_type",
  "method_not_allowed",
]);
/** What workers say to each other stands in the worker's log, not on a screen. */
const BETWEEN_WORKERS = /^(?:Only the (?:rotation )?worker|Another worker) /;

interface Exception {
  readonly path: RegExp;
  readonly why: string;
}

/** Who refuses programs only, and why. */
export const TO_PROGRAMS: readonly Exception[] = [
  { path: /^app\/api\//, why: "answers of the HTTP API are read by programs" },
  { path: /^server\/features\/http-api\//, why: "answers of the HTTP API are read by programs" },
  { path: /^server\/trpc\/context\.ts$/, why: "the header is made by our own pages" },
  {
    path: /^server\/features\/(?:onboarding|leases|evidence)\/verbs\/(?:record-step|shred-tenant|store-export-chunk|record-lease|record-tile-copies)\.ts$/,
    why: "the worker's own verbs",
  },
  {
    path: /^server\/features\/rotation\/(?:verbs\/(?:begin-step|claim-rotation|record-step)|writes\/(?:passed-steps|restore-binding))\.ts$/,
    why: "the worker's own verbs",
  },
  {
    path: /^server\/features\/rotation\/verbs\/report-consumer\.ts$/,
    why: "consumers report over the HTTP API",
  },
  {
    path: /^server\/features\/tenants\/verbs\/bootstrap-sovereign\.ts$/,
    why: "the installation makes its own record as it starts",
  },
];

type Argument = { type: string; value?: unknown } & Record<string, unknown>;

/** A refusal that a person may meet names its sentence in other languages (`said`). */
export function refusalsHaveWords(
  files: readonly SourceFile[],
  exceptions: readonly Exception[] = TO_PROGRAMS,
): Breach[] {
  const ours = files.filter(({ path }) => /^(?:server|app)\//.test(path) && !isTestCode(path));
  const breaches: Breach[] = [];
  const seen = new Set<string>();
  const used = new Set<Exception>();
  for (const { path, program, text } of ours) {
    new Visitor({
      NewExpression({ callee, arguments: given, start }) {
        if (callee.type !== "Identifier" || callee.name !== "AppError") return;
        seen.add(path);
        const [code, message, details] = given as unknown as Argument[];
        if (code?.type === "Literal" && !SPOKEN.has(String(code.value))) return;
        if (saysIt(details) || BETWEEN_WORKERS.test(beginningOf(message))) return;
        const exception = exceptions.find((each) => each.path.test(path));
        if (exception) {
          used.add(exception);
          return;
        }
        const problem =
          "this refusal has words in English only: give it `said`, a key of messages/*/refusals.json, or say in TO_PROGRAMS who meets it";
        breaches.push({ file: path, line: lineAt(text, start), problem });
      },
    }).visit(program);
  }
  requireSome([...seen], "refusals (new AppError) in server or app");
  for (const each of exceptions.filter((one) => !used.has(one)))
    breaches.push({
      file: "scripts/checks/refusals-have-words.ts",
      line: 1,
      problem: `${each.path} is in TO_PROGRAMS and refuses nobody`,
    });
  return breaches;
}

/** Details that are passed on may hold it, and so may what depends on what was found. */
function saysIt(details: Argument | undefined): boolean {
  if (details === undefined) return false;
  if (details.type === "ParenthesizedExpression") return saysIt(details.expression as Argument);
  if (details.type === "ConditionalExpression")
    return [details.consequent, details.alternate].some((each) => saysIt(each as Argument));
  if (details.type !== "ObjectExpression") return true;
  return (details.properties as Argument[]).some((each) =>
    each.type === "SpreadElement"
      ? saysIt(each.argument as Argument)
      : (each.key as { name?: string } | undefined)?.name === "said",
  );
}

function beginningOf(message: Argument | undefined): string {
  if (message?.type === "Literal") return String(message.value);
  const [first] = (message?.quasis ?? []) as { value: { cooked: string } }[];
  return first?.value.cooked ?? "";
}
