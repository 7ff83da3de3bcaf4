/** A real peer that cannot be had on this machine: a reason to skip it by name, never a test failure. */
export class PeerUnobtainable extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = "PeerUnobtainable";
  }
}
