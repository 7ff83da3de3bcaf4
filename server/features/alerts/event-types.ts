import { z } from "zod";

/** Types of events that an endpoint may ask for; the last stands for all of them. */
const SUBSCRIBABLE = /^runtime\.secrets(\.[a-z][a-z0-9-]*|\.\*)$/;

/** What the console offers to subscribe to; others may be asked for over the API. */
export const OFFERED_EVENT_TYPES = [
  "runtime.secrets.rotated",
  "runtime.secrets.rotation-requested",
  "runtime.secrets.rotation-verified-dead",
  "runtime.secrets.rotation-rolled-back",
  "runtime.secrets.rotation-revoke-failed",
  "runtime.secrets.rotation-indeterminate",
  "runtime.secrets.rotation-orphaned",
  "runtime.secrets.revocation-held",
  "runtime.secrets.revocation-overridden",
  "runtime.secrets.manual-rotation-completed",
  "runtime.secrets.bound",
  "runtime.secrets.unbound",
  "runtime.secrets.found-unmanaged",
  "runtime.secrets.gone-missing",
] as const;
/** All of them. */
export const EVERY_SECRET_EVENT = "runtime.secrets.*";

/** Exact types, or `runtime.secrets.*`. Alerts go to every endpoint. */
export const EventTypes = z
  .array(
    z.string().regex(SUBSCRIBABLE, "must be like runtime.secrets.rotated, or runtime.secrets.*"),
  )
  .max(50, "must be 50 types at most")
  .transform((types) => [...new Set(types)].sort());
