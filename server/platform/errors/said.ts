/**
 * A sentence in other languages: a key of `messages/<language>/refusals.json` with what its words name.
 * A sentence may be made of others: each of `parts` is told in the reader's language and stands where its
 * name does; a text among them is told as it was said, by somebody else.
 */
export interface Said {
  key: string;
  args?: Readonly<Record<string, string | number>>;
  parts?: Readonly<Record<string, readonly (Said | string)[]>>;
}
