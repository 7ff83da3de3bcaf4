"use client";
import { ChevronDown, ChevronUp } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useRef } from "react";
import { Button } from "#components/ui/button.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { FieldDifference } from "#server/engines/differ/diff.ts";
import type { JsonObject } from "#server/engines/differ/json.ts";
import { documentRows } from "#server/engines/document-diff/document-rows.ts";
import { placedRows } from "#server/engines/document-diff/placed-rows.ts";
import { DiffLines } from "./diff-lines.tsx";
import { FieldDifferences } from "./field-differences.tsx";
import { isAnyHidden } from "./line-text.tsx";
import { LookSwitch } from "./look-switch.tsx";

interface DiffViewerProps {
  label: string;
  differences: readonly FieldDifference[];
  /** The whole documents, when they are known: then what did not change is there to be unfolded. */
  documents?: { desired: JsonObject; live: JsonObject } | null;
}

/**
 * What differs between what is asked for and what is there: in its place, or field by field; both sides
 * beside each other where there is room, else one below the other. How it is looked at stands in the URL.
 */
export function DiffViewer(props: DiffViewerProps) {
  const { label, differences, documents = null } = props;
  const t = useTranslations("diff");
  const { params } = useUrlState();
  const box = useRef<HTMLElement>(null);
  const isInline = params.get("diff") === "inline";
  const isByField = params.get("by") === "field";
  const whole = differences.find(({ path }) => path === "");
  const rows = useMemo(
    () =>
      documents
        ? documentRows(documents.desired, documents.live, differences)
        : placedRows(differences),
    [documents, differences],
  );

  /** Goes to the difference after or before the one that has the focus. */
  function step(by: 1 | -1) {
    const all = [...(box.current?.querySelectorAll<HTMLElement>("[data-change]") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next =
      all[at < 0 ? (by === 1 ? 0 : all.length - 1) : (at + by + all.length) % all.length];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "center" });
  }

  return (
    <section
      ref={box}
      aria-label={label}
      onKeyDown={(event) => {
        const by = { ArrowDown: 1, ArrowUp: -1 }[event.key] as 1 | -1 | undefined;
        if (!by || !(event.target instanceof Element) || !event.target.matches("[data-change]"))
          return;
        event.preventDefault();
        step(by);
      }}
      className="@container min-w-0 overflow-hidden rounded-lg border border-line bg-raised"
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b px-2 py-1.5">
        <p className="text-sm">
          {whole ? t(`all.${whole.kind}`) : t("count", { count: differences.length })}
        </p>
        <div className="ms-auto flex flex-wrap items-center gap-2">
          <LookSwitch
            label={t("arranged")}
            param="by"
            chosen={isByField ? "field" : null}
            looks={[
              { value: null, label: t(documents ? "whole" : "placed") },
              { value: "field", label: t("byField") },
            ]}
          />
          {/* On a phone both are the same. */}
          <div className="hidden @2xl:block">
            <LookSwitch
              label={t("sides")}
              param="diff"
              chosen={isInline ? "inline" : null}
              looks={[
                { value: null, label: t("sideBySide") },
                { value: "inline", label: t("inline") },
              ]}
            />
          </div>
          {differences.length > 1 ? (
            <span className="flex">
              <Button
                look="quiet"
                size="icon"
                aria-label={t("previous")}
                data-tip={t("previous")}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => step(-1)}
              >
                <ChevronUp aria-hidden className="size-4" />
              </Button>
              <Button
                look="quiet"
                size="icon"
                aria-label={t("next")}
                data-tip={t("next")}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => step(1)}
              >
                <ChevronDown aria-hidden className="size-4" />
              </Button>
            </span>
          ) : null}
        </div>
      </div>
      {isAnyHidden(differences) ? (
        <p className="border-line border-b bg-sunken px-2 py-1 text-muted text-xs">
          {t("maskedNote")}
        </p>
      ) : null}
      {isByField ? (
        <FieldDifferences differences={differences} isInline={isInline} />
      ) : (
        <DiffLines rows={rows} isInline={isInline} />
      )}
      {documents || whole ? null : (
        <p className="border-line border-t bg-sunken px-2 py-1 text-muted text-xs">
          {t("placedNote")}
        </p>
      )}
    </section>
  );
}
