"use client";
import dynamic from "next/dynamic";

/** The watch, loaded after the page itself. */
export const InboxWatchLater = dynamic(async () => (await import("./inbox-watch.tsx")).InboxWatch, {
  ssr: false,
});
