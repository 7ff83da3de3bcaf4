/** Beyond this many steps apart two texts have too little in common to be worth aligning. */
const MAX_STEPS = 600;

export interface LinePair {
  before: string | null;
  after: string | null;
}

/**
 * Aligns two lists of lines with as few changes as there can be (Myers 1986, greedy). Lines that are gone
 * and lines that came in one place are paired, so that they stand side by side.
 */
export function diffLines(before: readonly string[], after: readonly string[]): LinePair[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let [end, to] = [before.length, after.length];
  while (end > start && to > start && before[end - 1] === after[to - 1]) {
    end--;
    to--;
  }
  const same = (from: number, until: number): LinePair[] =>
    before.slice(from, until).map((line) => ({ before: line, after: line }));
  return [
    ...same(0, start),
    ...paired(middle(before.slice(start, end), after.slice(start, to))),
    ...same(end, before.length),
  ];
}

function middle(before: readonly string[], after: readonly string[]): LinePair[] {
  const gone = before.map((line): LinePair => ({ before: line, after: null }));
  const come = after.map((line): LinePair => ({ before: null, after: line }));
  if (before.length === 0 || after.length === 0) return [...gone, ...come];
  const trace = shortestPath(before, after);
  if (!trace) return [...gone, ...come];
  const pairs: LinePair[] = [];
  let [x, y] = [before.length, after.length];
  for (let d = trace.length - 1; d >= 0; d--) {
    const reach = trace[d] as Map<number, number>;
    const k = x - y;
    const isDown = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const from = isDown ? k + 1 : k - 1;
    const [px, py] = [reach.get(from) ?? 0, (reach.get(from) ?? 0) - from];
    while (x > Math.max(px, 0) && y > Math.max(py, 0) && before[x - 1] === after[y - 1]) {
      x--;
      y--;
      pairs.push({ before: before[x] ?? null, after: after[y] ?? null });
    }
    if (d === 0) break;
    if (isDown) pairs.push({ before: null, after: after[--y] ?? null });
    else pairs.push({ before: before[--x] ?? null, after: null });
  }
  return pairs.reverse();
}

/** How far each diagonal reaches before each step; undefined when there would be too many steps. */
function shortestPath(a: readonly string[], b: readonly string[]) {
  const trace: Map<number, number>[] = [];
  const reach = new Map<number, number>([[1, 0]]);
  for (let d = 0; d <= Math.min(a.length + b.length, MAX_STEPS); d++) {
    trace.push(new Map(reach));
    for (let k = -d; k <= d; k += 2) {
      const isDown = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      let x = isDown ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach.set(k, x);
      if (x >= a.length && x - k >= b.length) return trace;
    }
  }
  return undefined;
}

/** In each run of changes the first line gone stands beside the first that came, and so on. */
function paired(pairs: readonly LinePair[]): LinePair[] {
  const out: LinePair[] = [];
  let gone: string[] = [];
  let come: string[] = [];
  const flush = () => {
    for (let at = 0; at < Math.max(gone.length, come.length); at++)
      out.push({ before: gone[at] ?? null, after: come[at] ?? null });
    gone = [];
    come = [];
  };
  for (const { before, after } of pairs) {
    if (before !== null && after !== null) {
      flush();
      out.push({ before, after });
    } else if (before !== null) gone.push(before);
    else if (after !== null) come.push(after);
  }
  flush();
  return out;
}
