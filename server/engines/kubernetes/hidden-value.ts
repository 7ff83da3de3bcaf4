/** How Pulumi marks a secret in a deployment; the same mark tells our engines that a value is hidden. */
export const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** Stands where a value is encrypted or not known: it can't be compared, shown or applied. */
export const HIDDEN_VALUE: Readonly<Record<string, string>> = Object.freeze({
  [SIGNATURE_KEY]: SECRET_SIGNATURE,
});

export function isHiddenValue(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as Record<string, unknown>)[SIGNATURE_KEY] === SECRET_SIGNATURE
  );
}

/** Whether an object holds a hidden value anywhere: then it must never be applied as it is. */
export function hasHiddenValue(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isHiddenValue(value) || Object.values(value).some(hasHiddenValue);
}
