const PREFIX = /^\(\d+\+?\) /;

/** A page's title with how many things wait before it; without it for none. */
export function titleWithCount(title: string, count: number): string {
  const bare = title.replace(PREFIX, "");
  if (count === 0) return bare;
  return `(${count > 99 ? "99+" : count}) ${bare}`;
}

interface Badging {
  setAppBadge?: (count: number) => Promise<void>;
  clearAppBadge?: () => Promise<void>;
}

/** Shows the count on the tab, and on the icon of an installed console where the browser can. Gives the way to stop. */
export function showOnTab(count: number): () => void {
  const apply = () => {
    const wanted = titleWithCount(document.title, count);
    if (document.title !== wanted) document.title = wanted;
  };
  apply();
  // Each page writes its own title; the count goes before it again.
  const observer = new MutationObserver(apply);
  observer.observe(document.head, { childList: true, subtree: true, characterData: true });
  const { setAppBadge, clearAppBadge } = navigator as Badging;
  const badge = count > 0 ? setAppBadge?.call(navigator, count) : clearAppBadge?.call(navigator);
  badge?.catch(() => undefined);
  return () => observer.disconnect();
}
