export interface Trouble {
  errorCode: string;
  errorText: string;
}

/** A step could not be done, and changed nothing but what may be done twice: it is for later. */
export class OutsideTrouble extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.errorCode);
    this.name = "OutsideTrouble";
    this.trouble = trouble;
  }
}

/** A path of the vault does not hold what it should. */
export class ValueMissingError extends Error {
  constructor(what: string, found: string) {
    super(`the ${what} is ${found} in the vault`);
    this.name = "ValueMissingError";
  }
}
