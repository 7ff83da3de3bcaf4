"use client";
import { useCallback, useEffect, useState } from "react";
import type { AuditRow } from "../audit-row.ts";

interface NewerOptions {
  tenantId: string;
  query: string;
  /** Where the shown page begins. */
  cursor: string | null;
  /** Follows the log by itself. */
  isTail: boolean;
  onFailure: () => void;
}

const EVERY_MILLIS = 2_000;
/** More than this is not kept on the page: reading it anew shows it. */
const MOST = 1_000;

/** Events newer than the page, asked for by hand or, as a live tail, every two seconds. */
export function useNewerEvents({ tenantId, query, cursor, isTail, onFailure }: NewerOptions) {
  const question = JSON.stringify([query, cursor]);
  const [held, setHeld] = useState<{
    question: string;
    events: AuditRow[];
    cursor: string | null;
  }>();
  const current = held?.question === question ? held : undefined;
  const from = current ? current.cursor : cursor;
  const load = useCallback(async (): Promise<number> => {
    const { consoleClient } = await import("#components/trpc/console-client.ts");
    const page = await consoleClient(tenantId).audit.search.query({
      query,
      isTail,
      direction: "newer",
      ...(from ? { cursor: from } : {}),
      limit: 100,
    });
    setHeld((before) => {
      const known = before?.question === question ? before.events : [];
      const ids = new Set(known.map((event) => event.eventId));
      const fresh = page.events.filter((event) => !ids.has(event.eventId));
      return {
        question,
        events: [...fresh, ...known].slice(0, MOST),
        cursor: page.newerCursor ?? from,
      };
    });
    return page.events.length;
  }, [tenantId, query, isTail, from, question]);

  useEffect(() => {
    if (!isTail) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void load().catch(() => undefined);
    }, EVERY_MILLIS);
    return () => clearInterval(timer);
  }, [isTail, load]);

  const loadByHand = async () => {
    try {
      return await load();
    } catch {
      onFailure();
      return 0;
    }
  };
  return { events: current?.events ?? [], load: loadByHand };
}
