import "server-only";
import { headers } from "next/headers.js";
import { cache } from "react";
import type { SessionView } from "#server/platform/tenancy/session-view.ts";
import { sessionFromRequest } from "./session-from-request.ts";

/** The session of the page being rendered, read once however often it is asked for. */
export const currentSession: () => Promise<SessionView | null> = cache(async () =>
  sessionFromRequest(await headers()),
);
