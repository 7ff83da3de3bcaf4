import { Visitor } from "oxc-parser";
import { isVerbFile } from "./import-direction.ts";
import { type Breach, requireSome, type SourceFile } from "./source-tree.ts";

/** Verbs that change what stands already: their name says so. */
const CHANGES = /^(save|set|rename|change|update|edit|configure|declare|freeze|apply|replace)-/;

/** Those whose event says it otherwise, and why. */
export const SAY_IT_OTHERWISE: Readonly<Record<string, string>> = {
  "server/features/admission/verbs/set-admission-credential.ts":
    "what is replaced is a token: its mark is told, and how long the old one is taken",
  "server/features/break-glass/verbs/declare-break-glass.ts":
    "each declaration is one of its own; none is changed",
  "server/features/secret-policies/verbs/apply-secret-policies.ts":
    "derived from policies whose own events say both",
};

/** A verb that changes what stands emits `before` and `after`, so that the audit drawer shows the difference. */
export function changesSayBoth(
  files: readonly SourceFile[],
  otherwise: Readonly<Record<string, string>> = SAY_IT_OTHERWISE,
): Breach[] {
  const verbs = requireSome(
    files.filter((file) => isVerbFile(file.path) && CHANGES.test(nameOf(file.path))),
    "verbs that change something (server/features/*/verbs/save-*.ts and the like)",
  );
  const missing = verbs.flatMap((file) => {
    if (file.path in otherwise) return [];
    const told = membersOfPayloads(file);
    const absent = ["before", "after"].filter((name) => !told.has(name));
    if (absent.length === 0) return [];
    const problem = `its event lacks ${absent.join(" and ")}: put what stood and what stands now into the payload (never a secret), or say in SAY_IT_OTHERWISE why not`;
    return [{ file: file.path, line: 1, problem }];
  });
  const gone = Object.keys(otherwise)
    .filter((path) => !verbs.some((file) => file.path === path))
    .map((file) => ({ file, line: 1, problem: "is in SAY_IT_OTHERWISE and is no such verb" }));
  return [...missing, ...gone];
}

const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);

/** The names of members of objects that stand under `payload`, or in an object of that name. */
function membersOfPayloads(file: SourceFile): Set<string> {
  const told = new Set<string>();
  const members = (value: { type: string }) => {
    new Visitor({
      Property({ key }) {
        if (key.type === "Identifier") told.add(key.name);
      },
    }).visit({
      type: "Program",
      body: [{ type: "ExpressionStatement", expression: value }],
    } as never);
  };
  new Visitor({
    Property({ key, value }) {
      if (key.type === "Identifier" && key.name === "payload") members(value);
    },
    VariableDeclarator({ id, init }) {
      if (id.type === "Identifier" && id.name === "payload" && init) members(init);
    },
  }).visit(file.program);
  return told;
}
