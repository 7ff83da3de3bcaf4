/**
 * Whether the console answers and can reach its database. Asked before a page is rendered anew, because a router that can't
 * reach its server leaves the page, and with it what was loaded.
 */
export async function isConsoleReachable(): Promise<boolean> {
  try {
    return (await fetch("/api/health/ready", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}
