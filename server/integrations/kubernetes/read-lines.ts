/** No object of Kubernetes is as large: etcd takes 1.5 MiB. */
const MOST_CHARACTERS = 16 * 1024 * 1024;

/** The lines of a stream as they come; `onData` is called for each piece. Throws when one is far too long. */
export async function* readLines(
  stream: AsyncIterable<Uint8Array>,
  onData: () => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of stream) {
    onData();
    const parts = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    if (rest.length > MOST_CHARACTERS) throw new Error("a line is too long");
    for (const part of parts) if (part !== "") yield part;
  }
  if (rest !== "") yield rest;
}
