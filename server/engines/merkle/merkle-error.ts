/** A proof, note, path or bundle is refused. Verifiers throw it, so that no caller can overlook a refusal. */
export class MerkleError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MerkleError";
  }
}
