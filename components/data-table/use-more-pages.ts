"use client";
import { useMemo, useState } from "react";

interface Page<Item> {
  items: readonly Item[];
  nextCursor: string | null;
}

interface MorePagesOptions<Item> {
  /** What the list was asked for: another question forgets the further pages. */
  question: string;
  first: Page<Item>;
  idOf: (item: Item) => string;
  fetchPage: (cursor: string) => Promise<Page<Item>>;
  onFailure: () => void;
}

/**
 * A list whose first page is read anew with the page and whose further ones are asked for by the
 * reader. Each item stands once, where it was seen first.
 */
export function useMorePages<Item>(options: MorePagesOptions<Item>) {
  const { question, first, idOf, fetchPage, onFailure } = options;
  const [further, setFurther] = useState<Page<Item> & { question: string }>();
  const [isLoading, setLoading] = useState(false);
  const held = further?.question === question ? further : undefined;
  const items = useMemo(() => {
    if (!held) return first.items;
    const known = new Set(first.items.map(idOf));
    return [...first.items, ...held.items.filter((item) => !known.has(idOf(item)))];
  }, [first.items, held, idOf]);
  const cursor = held ? held.nextCursor : first.nextCursor;

  async function loadMore() {
    if (!cursor) return;
    setLoading(true);
    try {
      const page = await fetchPage(cursor);
      setFurther({
        question,
        items: [...(held?.items ?? []), ...page.items],
        nextCursor: page.nextCursor,
      });
    } catch {
      onFailure();
    } finally {
      setLoading(false);
    }
  }

  return { items, hasMore: cursor !== null, isLoading, loadMore };
}
