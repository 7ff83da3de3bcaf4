import { z } from "zod";

/** Types of events that an endpoint may ask for; the last stands for all of them. */
const SUBSCRIBABLE = /^runtime\.secrets(\.[a-z][a-z0-9-]*|\.\*)$/;

/** Exact types, or `runtime.secrets.*`. Alerts go to every endpoint. */
export const EventTypes = z
  .array(
    z.string().regex(SUBSCRIBABLE, "must be like runtime.secrets.rotated, or runtime.secrets.*"),
  )
  .max(50, "must be 50 types at most")
  .transform((types) => [...new Set(types)].sort());
