import { z } from "zod";
import type { Said } from "./said.ts";

/** A sentence in other languages, as an answer may carry it. */
export const SaidSchema: z.ZodType<Said, Said> = z.lazy(() =>
  z.object({
    key: z.string(),
    args: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    parts: z.record(z.string(), z.array(z.union([z.string(), SaidSchema]))).optional(),
  }),
);
