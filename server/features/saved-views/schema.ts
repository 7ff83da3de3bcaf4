import { z } from "zod";
import { entityId } from "#server/platform/entity-id.ts";

/** Pages whose table keeps its state in the URL. */
export const VIEW_PAGES = ["rotations", "audit"] as const;

/** The parameters of a page's URL, as after its `?`. */
const Params = z
  .string()
  .max(2_000)
  .regex(/^[A-Za-z0-9%+&=_.~*-]*$/, "must be the parameters of a URL");

export const SaveViewInput = z.object({
  page: z.enum(VIEW_PAGES),
  name: z.string().trim().min(1, "must have a name").max(80, "must be 80 characters at most"),
  params: Params,
  /** Whether everybody of the tenant who may see the page sees the view. */
  isShared: z.boolean().default(false),
});

export const RemoveViewInput = z.object({ viewId: entityId("saved view") });

export const ListViewsInput = z.object({ page: z.enum(VIEW_PAGES) });

export const SavedView = z.object({
  viewId: z.uuid(),
  name: z.string(),
  params: z.string(),
  savedAt: z.date(),
  isShared: z.boolean(),
  /** Whether the caller kept it: only then it can be replaced or removed. */
  isOwn: z.boolean(),
  /** Who kept it, as they were called then. */
  savedByName: z.string(),
});
export type SavedView = z.infer<typeof SavedView>;
