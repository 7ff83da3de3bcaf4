"use client";
import { useSyncExternalStore } from "react";

const never = () => () => {};
const here = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
const onServer = () => "UTC";

/** The reader's time zone; UTC in server-rendered markup, which cannot know it. */
export function useZone(): string {
  return useSyncExternalStore(never, here, onServer);
}
