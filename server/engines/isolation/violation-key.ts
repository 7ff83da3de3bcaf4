/** A fact as it is judged or as it is stored. */
interface Violating {
  code: string;
  params: Readonly<Record<string, string>>;
  peer?: string | null;
  objects: readonly string[];
}

/** What a fact says in passing: numbers that go up and down, and names that stand for several. */
const PASSING = new Set(["more", "count", "why", "used", "live", "total"]);
/** Facts that stand for many connections name one of them. */
const OF_MANY = /^(reaches|reached-by)-/;

/**
 * Equal for the same violation, however it is told at another time: its kind, the other side, and what lets it
 * be. Pods come and go; which one it was makes no other violation.
 */
export function violationKey({ code, params, peer = null, objects }: Violating): string {
  const said = Object.entries(params)
    .filter(([name]) => !PASSING.has(name) && !(name === "workload" && OF_MANY.test(code)))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const lasting = objects.filter((each) => !each.startsWith("Pod ")).sort();
  return JSON.stringify([code, peer, said, lasting]);
}
