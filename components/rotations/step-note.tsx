"use client";
import { useTranslations } from "next-intl";
import { isolated } from "#server/engines/words/isolated.ts";
import { knownNote } from "./known-note.ts";

/** What was noted of a step, in the reader's language; what has no words stands as a quotation. */
export function StepNote({ note }: { note: string }) {
  const t = useTranslations("rotations.stepNotes");
  const words = (text: string): string | null => {
    const known = knownNote(text);
    if (!known) return null;
    const { key, names } = known;
    return t(key, {
      a: isolated(names.a),
      b: isolated(names.b),
      c: words(names.c) ?? isolated(names.c),
    });
  };
  // A note may be of several: each that has words is told in them.
  const said =
    words(note) ??
    note
      .split("; ")
      .map((part) => words(part) ?? t("other", { said: isolated(part) }))
      .join(t("between"));
  return <bdi>{said}</bdi>;
}
