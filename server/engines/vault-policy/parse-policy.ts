/** One `path` of a policy, with what it gives there. */
export interface PathRule {
  path: string;
  capabilities: readonly string[];
}

/** A policy that can't be read: what it gives is unknown, not nothing. */
export class PolicyParseError extends Error {
  constructor() {
    super("the policy can't be read");
    this.name = "PolicyParseError";
  }
}

/** What the older keyword `policy = "…"` stands for (OpenBao, vault/policy.go). */
const LEGACY: Record<string, readonly string[]> = {
  deny: ["deny"],
  read: ["read", "list"],
  write: ["create", "read", "update", "delete", "list"],
  sudo: ["create", "read", "update", "delete", "list", "sudo"],
};

/**
 * Reads an ACL policy of OpenBao, JSON or HCL with comments and nested blocks. Throws
 * PolicyParseError for what it does not understand.
 */
export function parsePolicy(source: string): PathRule[] {
  if (source.trimStart().startsWith("{")) return fromJson(source);
  const tokens = tokensOf(source);
  const rules: PathRule[] = [];
  for (let at = 0; at < tokens.length; ) {
    const end = endOfEntry(tokens, at);
    const [keyword, path, open] = tokens.slice(at, at + 3);
    if (keyword === "path" && path?.startsWith('"') && open === "{") {
      rules.push({ path: unquoted(path), capabilities: capabilitiesIn(tokens.slice(at + 3, end)) });
    }
    at = end;
  }
  return rules;
}

function fromJson(source: string): PathRule[] {
  try {
    const { path = {} } = JSON.parse(source) as {
      path?: Record<string, { capabilities?: string[]; policy?: string }>;
    };
    return Object.entries(path).map(([each, { capabilities, policy }]) => ({
      path: each,
      capabilities: capabilities ?? LEGACY[policy ?? ""] ?? [],
    }));
  } catch {
    throw new PolicyParseError();
  }
}

/** Where the entry that begins here ends: behind its block, or behind its value. */
function endOfEntry(tokens: readonly string[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === "{" || token === "[") depth += 1;
    if (token === "}" || token === "]") depth -= 1;
    if (depth < 0) throw new PolicyParseError();
    const isValue = tokens[at - 1] === "=" && depth === 0;
    if (depth === 0 && (token === "}" || token === "]" || isValue)) return at + 1;
  }
  throw new PolicyParseError();
}

function capabilitiesIn(tokens: readonly string[]): readonly string[] {
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (token === "{") depth += 1;
    if (token === "}") depth -= 1;
    if (depth !== 0 || tokens[at + 1] !== "=") continue;
    if (token === "capabilities") {
      const close = tokens.indexOf("]", at);
      return tokens
        .slice(at + 3, close)
        .filter((each) => each.startsWith('"'))
        .map(unquoted);
    }
    if (token === "policy") return LEGACY[unquoted(tokens[at + 2] ?? "")] ?? [];
  }
  return [];
}

const TOKEN =
  /\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|("(?:[^"\\\n]|\\.)*")|([{}[\]=,])|([\w.-]+)/y;

function tokensOf(source: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const match = TOKEN.exec(source);
    if (!match) throw new PolicyParseError();
    const token = match[1] ?? match[2] ?? match[3];
    if (token && token !== ",") tokens.push(token);
  }
  return tokens;
}

function unquoted(token: string): string {
  try {
    return token.startsWith('"') ? (JSON.parse(token) as string) : token;
  } catch {
    throw new PolicyParseError();
  }
}
