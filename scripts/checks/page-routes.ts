import { requireSome } from "./source-tree.ts";

/** `app/(console)/t/[tenant]/audit/page.tsx` → `/t/[tenant]/audit`. */
export function routeOf(page: string): string {
  const parts = page.split("/").slice(1, -1);
  return `/${parts.filter((part) => !/^\(.*\)$/.test(part)).join("/")}`;
}

/** The address of a route with the sample of each parameter in it; throws when one has no sample. */
export function sampleAddress(route: string, samples: Record<string, string>): string {
  return route.replace(/\[{1,2}(?:\.\.\.)?(\w+)\]{1,2}/g, (_, name: string) => {
    const sample = samples[name];
    if (sample === undefined) {
      throw new Error(`${route}: give a sample of [${name}] in scripts/checks/route-weight.ts`);
    }
    return sample;
  });
}

/** The routes of all pages that ship, sorted. */
export function pageRoutes(pages: readonly string[]): string[] {
  return [...requireSome(pages, "pages (app/**/page.tsx)")].map(routeOf).sort();
}
