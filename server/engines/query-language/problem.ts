import type { Span } from "./query-node.ts";

type Args = Readonly<Record<string, string | undefined>>;

const reachOf = ({ scope = "" }: Args): string =>
  scope.startsWith("payload.")
    ? "Payload fields may be encrypted: they match by word, by equality (:=value) and by a short prefix only."
    : "It matches by word and by a short prefix only.";

/** What a value should have been. */
const EXPECTED: Readonly<Record<string, string>> = {
  time: "a time",
  moment: "a stretch of time, but a moment",
  place: "a place in the log (a whole number)",
  trace: "a trace id (32 hexadecimal digits)",
  event: "an event id (a UUID)",
};

/**
 * What is said of each mistake: the message first, the remedy second. Screens in another language
 * translate by `code` and `args`.
 */
const TEXTS = {
  unexpected: (a: Args) => [
    `“${a.text}” does not belong here.`,
    "Remove it, or put it in quotes to search for it.",
  ],
  unopened: (a: Args) => [
    `“${a.text}” closes nothing.`,
    "Remove it, or open the parenthesis before it.",
  ],
  dangling_backslash: () => [
    "A backslash must stand before the character it escapes.",
    "Write \\\\ to search for a backslash.",
  ],
  no_field_before: () => [
    "There is no field before this.",
    "Write field:value, for example outcome:denied.",
  ],
  unclosed_group: () => ["This parenthesis is never closed.", "Add “)”."],
  unclosed_phrase: () => ["This quote is never closed.", 'Add " at the end of the phrase.'],
  empty_group: () => ["These parentheses are empty.", "Write a condition in them, or remove them."],
  missing_operand: (a: Args) => [
    `${a.operator} lacks a condition beside it.`,
    "Complete it, or put the word in quotes to search for it.",
  ],
  missing_negated: (a: Args) => [
    `“${a.operator}” must touch the condition that it negates.`,
    "Write -outcome:denied or NOT outcome:denied.",
  ],
  missing_value: (a: Args) => [
    `${a.field}: has no value.`,
    "Write the value right after the colon, without a space.",
  ],
  bad_range: () => [
    "This range is incomplete.",
    "Write [from TO to]: “[” and “]” include the bound, “{” and “}” leave it out, * is open.",
  ],
  too_long: (a: Args) => [
    `The query is longer than ${a.max} characters.`,
    "Split it into several searches.",
  ],
  too_deep: (a: Args) => [
    `Conditions are nested more than ${a.max} deep.`,
    "Remove parentheses, or split the search.",
  ],
  too_many: (a: Args) => [
    `The query has more than ${a.max} conditions.`,
    "Use a prefix, or split the search.",
  ],
  too_slow: (a: Args) => [
    `The search was stopped after ${a.seconds} seconds.`,
    "Ask for a shorter time, or for fewer conditions: each prefix and each OR is looked up in the whole log.",
  ],
  too_broad: (a: Args) => [
    `More than ${a.max} events may have a subject that begins with “${a.prefix}”.`,
    "Write more of the subject, or only its kind: subject:session/*.",
  ],
  unknown_field: (a: Args) => [
    `There is no field “${a.field}”.`,
    a.nearest
      ? `Did you mean ${a.nearest}:? Write payload.${a.field}: for a field of the payload, or quotes to search for the text.`
      : `Write payload.${a.field}: for a field of the payload, or put it in quotes to search for the text.`,
  ],
  missing_path: () => [
    "payload needs the name of a field.",
    "Write payload.<field>:value, for example payload.region:muscat.",
  ],
  bad_choice: (a: Args) => [
    `“${a.value}” is no ${a.field}.`,
    a.nearest
      ? `Did you mean ${a.nearest}? It is one of ${a.choices}.`
      : `It is one of ${a.choices}.`,
  ],
  bad_value: (a: Args) => [
    `“${a.value}” is not ${EXPECTED[a.expected ?? ""] ?? a.expected}.`,
    `Write for example ${a.example}.`,
  ],
  bad_characters: () => ["This value holds a control character or half a character.", "Remove it."],
  value_too_long: (a: Args) => [
    `This value is longer than ${a.max} characters.`,
    "Shorten it, or search for a few of its words.",
  ],
  empty_value: () => [
    "This value is empty.",
    "Write something to search for, or remove the condition.",
  ],
  no_word: () => [
    "There is no letter or digit to search for.",
    "Words are letters and digits; everything else parts them.",
  ],
  no_wildcard: (a: Args) => [
    `${a.field} takes no wildcard.`,
    a.choices
      ? `It is one of ${a.choices}; join several with OR.`
      : "Write the whole value, or \\* for a star.",
  ],
  wildcard_place: (a: Args) => [
    `${a.field} takes one *, at its end.`,
    a.prefix
      ? `Write ${a.field}:${a.prefix}* and add words to narrow it.`
      : "Leave the condition out to match everything, or search for a word of it.",
  ],
  wildcard_in_word: (a: Args) => [
    "A * can only stand at the end of a word here.",
    `Keep the beginning of the word, ${a.min} to ${a.max} letters or digits, and one * behind it. ${reachOf(a)}`,
  ],
  wildcard_with_equality: () => ["Equality takes no wildcard.", "Remove “=” or the star."],
  prefix_of_words: () => [
    "A prefix here is the beginning of one word.",
    "Search for the words before it and for the beginning of the last one, each by itself.",
  ],
  prefix_length: (a: Args) => [
    `A prefix here has ${a.min} to ${a.max} letters or digits; this one has ${a.length}.`,
    a.shorter ? `Shorten it to ${a.shorter}* or write the whole word.` : "Write more of the word.",
  ],
  no_order: (a: Args) => [
    `${a.field} has no order: it takes no ${a.operator}.`,
    a.scope ? reachOf(a) : `Write ${a.field}:value. Only time and index have an order.`,
  ],
  one_bound: (a: Args) => [
    `${a.field} is a bound itself: it takes no ${a.operator}.`,
    "Write time: for ranges and comparisons, for example time:[2026-11-01 TO 2026-11-22].",
  ],
  dash_value: () => [
    "A value that begins with “-” looks like a negation.",
    "Put the value in quotes.",
  ],
  impossible_range: () => [
    "Nothing can be in this range: it ends before it begins.",
    "Swap its bounds.",
  ],
  contradiction: (a: Args) => [
    `No event fits both this and an earlier condition on ${a.field}.`,
    a.order
      ? "Move one of the bounds."
      : `An event has one ${a.field}: join them with OR, as in ${a.field}:(… OR …).`,
  ],
  lowercase_operator: (a: Args) => [
    `“${a.word}” is searched for as a word.`,
    `Write ${a.operator} in capitals to combine conditions.`,
  ],
  unseen_type: (a: Args) => [
    `No event of this log has the type “${a.value}” yet.`,
    a.nearest
      ? `Did you mean ${a.nearest}?`
      : "Check the spelling, or end it with * to search by prefix.",
  ],
} satisfies Record<string, (args: Args) => readonly [string, string] | string[]>;

export type ProblemCode = keyof typeof TEXTS;

/** A replacement that mends the problem. */
export interface Fix extends Span {
  readonly insert: string;
}

/** Something wrong with a query, and where. Only errors keep it from running. */
export interface Problem extends Span {
  readonly code: ProblemCode;
  readonly severity: "error" | "warning";
  readonly args: Args;
  readonly message: string;
  readonly remedy: string;
  readonly fix?: Fix;
}

const WARNINGS: ReadonlySet<ProblemCode> = new Set([
  "contradiction",
  "lowercase_operator",
  "unseen_type",
]);

export type Report = (problem: Problem) => void;

export function problem(
  code: ProblemCode,
  { from, to }: Span,
  args: Args = {},
  fix?: Fix,
): Problem {
  const [message = "", remedy = ""] = TEXTS[code](args);
  const severity = WARNINGS.has(code) ? "warning" : "error";
  return { code, severity, from, to, args, message, remedy, ...(fix ? { fix } : {}) };
}
