"use client";
import { useEffect, useRef, useState } from "react";
import type { FindingFilter, FindingView } from "#server/features/drift/views.ts";

const PAGE = 100;

interface Held {
  question: string;
  items: readonly FindingView[];
  nextCursor: string | null;
}

interface GroupFindingsOptions {
  tenantId: string;
  /** The group whose findings are shown; null: none. */
  groupId: string | null;
  filter: FindingFilter;
  /** Of the data around: read anew when it is. */
  asOf: Date;
  onFailure: () => void;
}

/** The findings of the group that stands open, page by page. */
export function useGroupFindings(options: GroupFindingsOptions) {
  const { tenantId, groupId, filter, asOf } = options;
  const question = groupId ? JSON.stringify([tenantId, groupId, filter]) : "";
  const [held, setHeld] = useState<Held | null>(null);
  const [isLoading, setLoading] = useState(false);
  const now = useRef(options);
  now.current = options;
  const asked = useRef("");
  asked.current = question;

  async function load(cursor: string | null, before: readonly FindingView[]) {
    const { groupId: id, filter: narrowed, onFailure } = now.current;
    if (!id) return;
    setLoading(true);
    try {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      const page = await consoleClient(tenantId).drift.findings.query({
        ...narrowed,
        groupId: id,
        // As many as were shown are read anew at once.
        limit: cursor ? PAGE : Math.min(200, Math.max(PAGE, before.length)),
        ...(cursor ? { cursor } : {}),
      });
      if (asked.current !== question) return;
      const items = cursor ? [...before, ...page.items] : page.items;
      setHeld({ question, items, nextCursor: page.nextCursor });
    } catch {
      onFailure();
    } finally {
      setLoading(false);
    }
  }
  const again = useRef(load);
  again.current = load;

  const at = asOf.getTime();
  // biome-ignore lint/correctness/useExhaustiveDependencies: read anew when the page was, too
  useEffect(() => {
    if (question) void again.current(null, []);
  }, [question, at]);

  const isHeld = held?.question === question && question !== "";
  return {
    items: isHeld ? held.items : [],
    hasMore: isHeld && held.nextCursor !== null,
    isLoading,
    loadMore: () => {
      if (isHeld && !isLoading) void load(held.nextCursor, held.items);
    },
  };
}
