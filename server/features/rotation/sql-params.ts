/** The parameters of a statement that is put together from pieces. */
export class SqlParams {
  readonly values: unknown[];

  constructor(first: readonly unknown[] = []) {
    this.values = [...first];
  }

  /** Takes a value on; gives its place in the text, `$3`. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}
