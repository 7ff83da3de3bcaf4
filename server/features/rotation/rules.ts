/** The vocabulary of rules, shared by policies and rotation. */
export {
  defaultRule as ruleOf,
  nextRotationAfter,
  SECRET_CLASSES,
  type SecretClass,
  type SecretRule,
} from "#server/engines/secret-policy/default-rule.ts";
