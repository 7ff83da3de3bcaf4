/** A control's number as a key of messages, which take no dots: `CC6.1` is `CC6_1`. */
export function messageKey(id: string): string {
  return id.replace(/[^A-Za-z0-9-]/g, "_");
}
