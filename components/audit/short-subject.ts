const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** `kind/…26f0a9b1`: the end of an id, because ids made at the same time begin alike. */
export function shortSubject(subject: string): string {
  const at = subject.indexOf("/");
  const id = subject.slice(at + 1);
  return at > 0 && UUID.test(id) ? `${subject.slice(0, at)}/…${id.slice(-8)}` : subject;
}
