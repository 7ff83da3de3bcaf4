import type { z } from "zod";
import { oddAnswer } from "./openbao-error.ts";

/** A 2xx that doesn't have the promised shape is no answer to build on. zod's message is dropped: it may quote. */
export function parseBody<T>(shape: z.ZodType<T>, body: unknown, operation: string): T {
  const parsed = shape.safeParse(body);
  if (!parsed.success) throw oddAnswer(operation, "malformed");
  return parsed.data;
}
