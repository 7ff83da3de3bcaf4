"use client";
import { useTranslations } from "next-intl";
import type { ShownProblem } from "./query-problems.tsx";

/** The part of a problem whose presence makes another remedy of it. */
const WITH: Readonly<Record<string, string>> = {
  unknown_field: "nearest",
  bad_choice: "nearest",
  unseen_type: "nearest",
  no_wildcard: "choices",
  wildcard_place: "prefix",
  prefix_length: "shorter",
  contradiction: "order",
};

type Words = Pick<ShownProblem, "message" | "remedy">;

/** A problem's sentences in the reader's language, by its code; the server's own where there are none. */
export function useQueryProblemWords(): (problem: ShownProblem) => Words {
  const t = useTranslations("queryProblems");
  return ({ code, message, remedy, args = {} }) => {
    // Which codes have sentences is known when it is run; `has` keeps to them.
    const say = (key: string) => t(key as never, args as never);
    if (!t.has(`${code}.message` as never)) return { message, remedy };
    const part = WITH[code];
    const advice = say(`${code}.${part && args[part] ? "remedyWith" : "remedy"}`);
    const { scope } = args;
    const reach = scope && say(scope.startsWith("payload.") ? "reach.payload" : "reach.text");
    if (reach && code === "no_order") return { message: say(`${code}.message`), remedy: reach };
    const isReaching = reach && code === "wildcard_in_word";
    return {
      message: say(`${code}.message`),
      remedy: isReaching ? `${advice} ${reach}` : advice,
    };
  };
}
