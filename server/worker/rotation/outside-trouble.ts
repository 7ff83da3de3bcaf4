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
