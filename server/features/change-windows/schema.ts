import { z } from "zod";
import { isTimeZone } from "#server/engines/rotation/change-window.ts";

/** As everywhere (DESIGN §1). */
export const WINDOW_ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;

const Time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day like 22:00, from 00:00 to 23:59");

export const ChangeWindow = z.object({
  /** ISO days of the week, 1 = Monday. */
  days: z
    .array(z.number().int().min(1, "must be 1 to 7").max(7, "must be 1 to 7"))
    .min(1, "must have a day")
    .max(7)
    .transform((days) => [...new Set(days)].sort()),
  start: Time,
  /** Not after the start: on the day after. */
  end: Time,
  timeZone: z
    .string()
    .trim()
    .max(60)
    .refine(isTimeZone, "must be the name of a time zone, like Asia/Muscat"),
});

export const SetChangeWindowsInput = z.object({
  environment: z.enum(WINDOW_ENVIRONMENTS),
  /** All of the environment; empty = always. */
  windows: z.array(ChangeWindow).max(10, "must be 10 windows at most"),
  reason: z
    .string()
    .trim()
    .min(10, "must say why, in 10 characters or more")
    .max(1_000, "must be 1,000 characters at most"),
});

export const ChangeWindowsSet = z.object({
  environment: z.enum(WINDOW_ENVIRONMENTS),
  count: z.number().int(),
});

export const EnvironmentWindows = z.object({
  environment: z.enum(WINDOW_ENVIRONMENTS),
  windows: z.array(
    z.object({
      days: z.array(z.number()),
      start: z.string(),
      end: z.string(),
      timeZone: z.string(),
    }),
  ),
  /** Whether a scheduled rotation may start now. */
  isOpen: z.boolean(),
  /** When the next window opens; null without windows. */
  opensAt: z.date().nullable(),
  /** Credentials that wait for a window after their age limit. */
  unmet: z.number().int(),
});

export const ChangeWindowsView = z.object({
  asOf: z.date(),
  environments: z.array(EnvironmentWindows),
});
export type ChangeWindowsView = z.infer<typeof ChangeWindowsView>;
