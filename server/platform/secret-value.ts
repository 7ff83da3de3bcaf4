import { inspect } from "node:util";

const REDACTED = "[redacted]";

/**
 * A secret on its way from a secret store to a target system (law 6).
 * Every way of printing it says `[redacted]`; only `reveal()` gives the value,
 * and only integrations may call it.
 */
export class SecretValue {
  readonly #value: string;

  private constructor(value: string) {
    this.#value = value;
  }

  static of(value: string): SecretValue {
    return new SecretValue(value);
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
