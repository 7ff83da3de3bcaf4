"use client";
import { Section } from "#components/ui/section.tsx";

/** Bytes as they were judged or sent, in a box of their own that scrolls. */
export function WireText({ title, text }: { title: string; text: string }) {
  return (
    <Section title={title}>
      <pre
        dir="ltr"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="max-h-48 overflow-auto whitespace-pre-wrap break-all rounded-md border border-line bg-sunken p-2 font-mono text-xs"
      >
        {text}
      </pre>
    </Section>
  );
}
