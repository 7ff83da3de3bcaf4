import type { DocumentRow, LineMark } from "./document-rows.ts";

/** Lines that are kept around each difference. */
const CONTEXT = 3;
/** Fewer than these are not worth a fold: the line that says so would be as long. */
const SHORTEST = 4;

export const FOUND: readonly LineMark[] = ["changed", "missing", "extra"];

export interface RowRun {
  /** A stretch without a difference, which is shown only when asked for. */
  isFolded: boolean;
  /** The number of its first line, from 0: stands for the run as long as the rows are the same. */
  start: number;
  rows: readonly DocumentRow[];
}

/** Cuts lines into what is shown and what is folded away: the long stretches without a difference. */
export function foldRows(rows: readonly DocumentRow[]): RowRun[] {
  const isNear = new Uint8Array(rows.length);
  rows.forEach(({ mark }, at) => {
    if (!FOUND.includes(mark)) return;
    isNear.fill(1, Math.max(0, at - CONTEXT), Math.min(rows.length, at + CONTEXT + 1));
  });
  const runs: RowRun[] = [];
  for (let start = 0; start < rows.length; ) {
    let end = start;
    while (end < rows.length && isNear[end] === isNear[start]) end++;
    const part = rows.slice(start, end);
    const isFolded = isNear[start] === 0 && part.length >= SHORTEST;
    const last = runs.at(-1);
    if (!isFolded && last && !last.isFolded) last.rows = [...last.rows, ...part];
    else runs.push({ isFolded, start, rows: part });
    start = end;
  }
  return runs;
}
