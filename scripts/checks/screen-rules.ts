import { parseSync, Visitor } from "oxc-parser";

/** One breach of the rules for screens: where it is and how to mend it. */
export interface Breach {
  file: string;
  line: number;
  problem: string;
}

/** Attributes whose text a person reads or hears. */
const SPOKEN = new Set(["alt", "aria-description", "aria-label", "aria-roledescription", "label"]);
const SPOKEN_PROPS = new Set([...SPOKEN, "placeholder", "title", "summary", "heading"]);
const PHYSICAL =
  /(?:^|[\s:"'`!-])(?:-?m[lr]-|p[lr]-|(?:left|right)-(?:\d|\[|px|auto|full)|text-(?:left|right)\b|border-[lr]\b|border-[lr]-|rounded-(?:[lr]|t[lr]|b[lr])\b|float-(?:left|right)\b)/;
const HAS_LETTERS = /\p{L}{2,}/u;

/**
 * The rules that every `.tsx` file keeps: no text outside `messages/`, no `style` attribute
 * (the content security policy blocks it), logical properties only (right-to-left).
 */
export function screenBreaches(file: string, source: string): Breach[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`);
  const breaches: Breach[] = [];
  const report = (start: number, problem: string) =>
    breaches.push({ file, line: source.slice(0, start).split("\n").length, problem });
  const literal = (start: number, text: string) => {
    if (HAS_LETTERS.test(text)) {
      report(start, `text "${text.trim()}" stands in the component: move it to messages/en/`);
    }
  };

  new Visitor({
    JSXText(node) {
      literal(node.start, node.value);
    },
    JSXExpressionContainer({ expression }) {
      if (expression.type === "Literal" && typeof expression.value === "string") {
        literal(expression.start, isChild(source, expression.start) ? expression.value : "");
      }
    },
    JSXAttribute(node) {
      const name = node.name.type === "JSXIdentifier" ? node.name.name : "";
      if (name === "style") {
        report(node.start, "style attribute: the CSP blocks it, use a class or an SVG attribute");
      }
      if (!SPOKEN_PROPS.has(name) || !node.value) return;
      const value =
        node.value.type === "JSXExpressionContainer" ? node.value.expression : node.value;
      if (value.type === "Literal" && typeof value.value === "string") {
        literal(value.start, value.value);
      }
    },
    Literal(node) {
      if (typeof node.value === "string" && PHYSICAL.test(node.value)) {
        report(
          node.start,
          `physical side in "${node.value}": use start/end (ms-, pe-, text-start)`,
        );
      }
    },
    TemplateElement(node) {
      if (PHYSICAL.test(node.value.raw)) {
        report(node.start, `physical side in "${node.value.raw}": use start/end`);
      }
    },
  }).visit(program);
  return breaches;
}

/** Whether a string literal in braces is a child of an element rather than an attribute's value. */
function isChild(source: string, start: number): boolean {
  return !/=\s*\{\s*$/.test(source.slice(0, start));
}
