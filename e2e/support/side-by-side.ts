import type { Page } from "@playwright/test";

/**
 * Has every path looked at, each tab taking the next one: while one tab waits for its page, another
 * is looked at. Gives all that was found, by path in the order of the list.
 */
export async function sideBySide(
  tabs: readonly Page[],
  paths: readonly string[],
  look: (tab: Page, path: string) => Promise<string[]>,
): Promise<string[]> {
  const found = new Map<string, string[]>();
  const left = paths.values();
  await Promise.all(
    tabs.map(async (tab) => {
      for (const path of left) found.set(path, await look(tab, path));
    }),
  );
  if (found.size !== new Set(paths).size) throw new Error("not every path was looked at");
  return paths.flatMap((path) => found.get(path) ?? []);
}
