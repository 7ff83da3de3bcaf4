"use client";
import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";

interface IdentifierProps {
  value: string;
  /** How many characters of each end to show; all of them when absent. */
  ends?: number;
}

/** An id, digest or path: always left to right, in mono, with a button that copies all of it. */
export function Identifier({ value, ends }: IdentifierProps) {
  const t = useTranslations("common");
  const [isCopied, setCopied] = useState(false);
  const isCut = ends !== undefined && value.length > 2 * ends + 1;
  const Icon = isCopied ? Check : Copy;
  return (
    <span className="inline-flex min-w-0 max-w-full items-center gap-0.5">
      <bdi dir="ltr" className="break-all" data-tip={isCut ? value : undefined}>
        {isCut ? `${value.slice(0, ends)}…${value.slice(-ends)}` : value}
      </bdi>
      <button
        type="button"
        aria-label={t("copy", { value })}
        className="grid size-6 shrink-0 place-items-center rounded-sm text-muted hover:bg-hover hover:text-text"
        onClick={async () => {
          await navigator.clipboard.writeText(value);
          setCopied(true);
        }}
        onBlur={() => setCopied(false)}
      >
        <Icon aria-hidden className="size-3.5" />
      </button>
      <span role="status" className="sr-only">
        {isCopied ? t("copied") : null}
      </span>
    </span>
  );
}
