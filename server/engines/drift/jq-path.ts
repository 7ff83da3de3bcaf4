/** One step of a path: a field, every item, one item by its place, or a condition on the value reached. */
export type PathStep =
  | { kind: "field"; name: string }
  | { kind: "each" }
  | { kind: "index"; at: number }
  | {
      kind: "select";
      path: readonly string[];
      negated: boolean;
      value: string | number | boolean | null;
    };

/** What is wrong with a path, and where it stands (from 0). */
export class JqPathError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(`${message} (at character ${at + 1})`);
    this.name = "JqPathError";
    this.at = at;
  }
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*/;
const NUMBER = /^-?\d{1,15}(\.\d{1,9})?(?![\w.])/;
const MOST_STEPS = 50;

/**
 * Reads the part of jq's language that names places: `.a.b`, `."a-b"`, `.["a/b"]`, `.a[]`, `.a[0]`, `|`
 * and `select(.x == "y")` with `==` or `!=` and a literal. Nothing of it computes or loops. Throws
 * JqPathError for the rest. (jq manual, "Basic filters", "select".)
 */
export function parseJqPath(text: string): PathStep[] {
  return new Parser(text).path();
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  path(): PathStep[] {
    const steps: PathStep[] = [];
    do {
      this.#space();
      steps.push(...(this.#next("select") ? [this.#select()] : this.#places()));
      if (steps.length > MOST_STEPS) this.#fail(`has more than ${MOST_STEPS} steps`);
      this.#space();
    } while (this.#take("|"));
    if (this.#at < this.#text.length) this.#fail(`does not know "${this.#rest().slice(0, 20)}"`);
    if (!steps.some(({ kind }) => kind === "field")) this.#fail("must name a field");
    return steps;
  }

  #places(): PathStep[] {
    const steps: PathStep[] = [];
    if (!this.#next(".")) this.#fail("must begin with a dot");
    while (this.#next(".") || this.#next("[")) {
      if (this.#take(".")) {
        const identifier = IDENTIFIER.exec(this.#rest())?.[0];
        if (identifier !== undefined) {
          this.#at += identifier.length;
          steps.push({ kind: "field", name: identifier });
          continue;
        }
        if (this.#next('"')) {
          steps.push({ kind: "field", name: this.#string() });
          continue;
        }
        if (!this.#next("[")) this.#fail("must name a field after the dot");
      }
      steps.push(this.#brackets());
    }
    return steps;
  }

  #brackets(): PathStep {
    this.#expect("[");
    this.#space();
    if (this.#take("]")) return { kind: "each" };
    if (this.#next('"')) {
      const name = this.#string();
      this.#space();
      this.#expect("]");
      return { kind: "field", name };
    }
    const index = /^\d{1,6}/.exec(this.#rest())?.[0];
    if (index === undefined) this.#fail('must be [], a place like [0] or a name like ["a"]');
    this.#at += index?.length ?? 0;
    this.#space();
    this.#expect("]");
    return { kind: "index", at: Number(index) };
  }

  #select(): PathStep {
    this.#at += "select".length;
    this.#space();
    this.#expect("(");
    this.#space();
    const path = this.#places().map((step) => {
      if (step.kind !== "field") this.#fail("must compare a plain field");
      return (step as { name: string }).name;
    });
    this.#space();
    const negated = this.#take("!=");
    if (!negated && !this.#take("==")) this.#fail("must compare with == or !=");
    this.#space();
    const value = this.#literal();
    this.#space();
    this.#expect(")");
    return { kind: "select", path, negated, value };
  }

  #literal(): string | number | boolean | null {
    if (this.#next('"')) return this.#string();
    for (const [word, value] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (this.#take(word)) return value;
    }
    const number = NUMBER.exec(this.#rest())?.[0];
    if (number === undefined) this.#fail("must compare with a text, a number, true, false or null");
    this.#at += number?.length ?? 0;
    return Number(number);
  }

  #string(): string {
    const text = /^"(?:[^"\\]|\\.)*"/.exec(this.#rest())?.[0];
    try {
      const value: unknown = JSON.parse(text ?? "");
      this.#at += text?.length ?? 0;
      return String(value);
    } catch {
      return this.#fail("has a text that doesn't end");
    }
  }

  #rest(): string {
    return this.#text.slice(this.#at);
  }
  #next(word: string): boolean {
    return this.#text.startsWith(word, this.#at);
  }
  #take(word: string): boolean {
    if (!this.#next(word)) return false;
    this.#at += word.length;
    return true;
  }
  #expect(word: string): void {
    if (!this.#take(word)) this.#fail(`must have "${word}" here`);
  }
  #space(): void {
    while (this.#next(" ")) this.#at += 1;
  }
  #fail(message: string): never {
    throw new JqPathError(message, this.#at);
  }
}
