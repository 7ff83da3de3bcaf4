"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";

/** A text of several lines in mono, with a button that copies all of it. */
export function CopyText({ text, label }: { text: string; label: string }) {
  const t = useTranslations("isolation.whatIf");
  const [isCopied, setCopied] = useState(false);
  return (
    <div className="flex flex-col items-start gap-2">
      <section
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="max-h-96 w-full overflow-auto rounded-md border border-line bg-surface"
      >
        <pre dir="ltr" className="px-3 py-2 text-start font-mono text-xs">
          {text}
        </pre>
      </section>
      <Button
        size="sm"
        onBlur={() => setCopied(false)}
        onClick={async () => {
          await navigator.clipboard.writeText(text);
          setCopied(true);
        }}
      >
        {isCopied ? t("copied") : t("copy")}
      </Button>
    </div>
  );
}
