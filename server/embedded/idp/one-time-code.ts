import { createHmac } from "node:crypto";

const STEP_SECONDS = 30;
const DIGITS = 6;

/** The step of time (RFC 6238) that a moment lies in. */
export function stepAt(millis: number): number {
  return Math.floor(millis / 1_000 / STEP_SECONDS);
}

/** The code of a step: HOTP (RFC 4226 §5.3) with SHA-1, over the bytes of the text of the key. */
export function codeOf(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

/** Codes of so many steps to come are good too: a demonstration proves itself more often than that. */
export const STEPS_AHEAD = 40;

/** The step whose code this is, among the one before, now and those to come, if it lies after `last`. */
export function acceptedStep(
  secret: string,
  code: string,
  now: number,
  last: number,
): number | null {
  const steps = Array.from({ length: STEPS_AHEAD + 2 }, (_, at) => now - 1 + at);
  return steps.find((step) => step > last && codeOf(secret, step) === code) ?? null;
}
