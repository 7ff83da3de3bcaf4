"use client";
import dynamic from "next/dynamic";
import { useLocale } from "next-intl";

const StepNote = dynamic(async () => (await import("./step-note.tsx")).StepNote, { ssr: false });

/** What was noted of a step. Notes are kept in English; other languages load the words for them. */
export function NoteText({ note }: { note: string }) {
  return useLocale() === "en" ? <bdi>{note}</bdi> : <StepNote note={note} />;
}
