import { type CallExpression, type Expression, Visitor } from "oxc-parser";
import { type Breach, lineAt, requireSome, type SourceFile } from "./source-tree.ts";

/** The calls of a chain such as `a(x).input(y).query(z)`: `["query", "input", "a"]`. */
function callsOf(expression: Expression): string[] {
  const names: string[] = [];
  let node: Expression = expression;
  for (;;) {
    if (node.type === "CallExpression") {
      if (node.callee.type === "Identifier") return [...names, node.callee.name];
      if (node.callee.type !== "MemberExpression") return names;
      if (node.callee.property.type === "Identifier") names.push(node.callee.property.name);
      node = node.callee.object;
    } else if (node.type === "MemberExpression") {
      node = node.object;
    } else {
      return names;
    }
  }
}

const ENDS = ["query", "mutation", "subscription"];

/** Every tRPC procedure declares what it returns, so that nothing else can leave the server. */
export function procedureOutputs(files: readonly SourceFile[]): Breach[] {
  const found: { file: SourceFile; node: CallExpression; calls: string[] }[] = [];
  for (const file of files.filter((each) =>
    /^server\/features\/[^/]+\/.*router\.ts$|^server\/trpc\/(?!init)/.test(each.path),
  )) {
    new Visitor({
      CallExpression(node) {
        const calls = callsOf(node);
        const isProcedure =
          calls.some((name) => /[pP]rocedure$/.test(name)) || procedureAtRoot(node);
        if (calls[0] === "verbProcedure" || (isProcedure && ENDS.includes(calls[0] ?? ""))) {
          found.push({ file, node, calls });
        }
      },
    }).visit(file.program);
  }
  requireSome(found, "tRPC procedures (server/features/*/router.ts)");
  return found
    .filter(({ calls }) => calls[0] !== "verbProcedure" && !calls.includes("output"))
    .map(({ file, node }) => ({
      file: file.path,
      line: lineAt(file.text, node.end),
      problem: "a procedure without .output(…): declare the zod schema of what it returns",
    }));
}

/** `sessionProcedure.query(…)`: the chain starts at a name, not at a call. */
function procedureAtRoot(node: CallExpression): boolean {
  let root: Expression = node;
  while (root.type === "CallExpression" || root.type === "MemberExpression") {
    root = root.type === "CallExpression" ? (root.callee as Expression) : root.object;
  }
  return root.type === "Identifier" && /[pP]rocedure$/.test(root.name);
}
