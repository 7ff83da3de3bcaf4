import type { z } from "zod";
import type { ChangeWindowsView as View } from "#server/features/change-windows/schema.ts";

/** What the server tells of change windows, in the words of its schemas. */
export type ChangeWindowsView = z.output<typeof View>;
export type EnvironmentWindows = ChangeWindowsView["environments"][number];
export type ChangeWindow = EnvironmentWindows["windows"][number];
