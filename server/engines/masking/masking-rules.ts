import { z } from "zod";
import { MASKING_ACTIONS, type MaskingAction } from "./masking-actions.ts";

export { MASKING_ACTIONS, type MaskingAction };

/**
 * Attributes of the envelope by which a receiver knows and orders events, and by which a stranger
 * verifies them: no rule touches them.
 */
export const KEPT_ATTRIBUTES = [
  "specversion",
  "id",
  "source",
  "type",
  "time",
  "tenant",
  "leafindex",
  "leafhash",
  "payloadcommitment",
] as const;

const kept = new Set<string>(KEPT_ATTRIBUTES);
const POINTER = /^(\/([^~/]|~[01])*)+$/;

const at = z
  .string()
  .trim()
  .min(1, "must say what it masks")
  .max(300, "must have at most 300 letters")
  .superRefine((text, context) => {
    const refuse = (message: string) => context.addIssue({ code: "custom", message });
    if (!text.startsWith("/")) {
      if (/[/\s]/.test(text))
        refuse("must be a field's name, like *email*, or a path, like /data/actor/name");
      else if (/^\*+$/.test(text)) refuse("would mask everything: name a field, like *email*");
      return;
    }
    if (!POINTER.test(text))
      return refuse("must be a JSON pointer (RFC 6901), like /data/actor/name");
    const first = segmentsOf(text)[0] ?? "";
    if (kept.has(first)) refuse(`/${first} is never masked: receivers know the event by it`);
    else if (first === "*") refuse("must begin with a field of the envelope, like /data");
  });

/**
 * One rule of a sink: where, and what is done there. `at` is a JSON pointer into the envelope
 * (RFC 6901; a segment `*` stands for any), or a field's name at any depth, with `*` for any letters
 * and without regard to case.
 */
export const MaskingRule = z.object({ at, action: z.enum(MASKING_ACTIONS) });
export type MaskingRule = z.infer<typeof MaskingRule>;

/** The rules of a sink; the first that fits is the one that acts. */
export const MaskingRules = z.array(MaskingRule).max(100, "must be at most 100 rules");

/** The parts of a JSON pointer, unescaped. */
export function segmentsOf(pointer: string): string[] {
  return pointer
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Whether no rule may touch this attribute of the envelope. */
export function isKept(attribute: string): boolean {
  return kept.has(attribute);
}
