/** A name keeps its own direction in a sentence of the other one (Unicode UAX #9, FSI and PDI). */
export function isolated(text: string): string {
  return text === "" ? "" : `\u2068${text}\u2069`;
}
