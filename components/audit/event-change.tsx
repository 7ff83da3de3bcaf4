"use client";
import { NextIntlClientProvider, useLocale, useMessages, useTranslations } from "next-intl";
import { useMemo } from "react";
import { DiffViewer } from "#components/diff-viewer/diff-viewer.tsx";
import { Section } from "#components/ui/section.tsx";
import type { JsonObject } from "#server/engines/differ/json.ts";
import { changedFields } from "#server/engines/document-diff/changed-fields.ts";
import { recordedChange } from "./recorded-change.ts";

/** What the act changed, before and after beside each other; nothing where the payload tells no change. */
export function EventChange({ payload }: { payload: unknown }) {
  const t = useTranslations("audit.change");
  const locale = useLocale();
  const messages = useMessages();
  const change = useMemo(() => recordedChange(payload), [payload]);
  // The viewer's own words are those of a cluster and its manifests.
  const words = useMemo(
    () => ({ ...messages, diff: { ...messages.diff, ...messages.audit.change.diff } }),
    [messages],
  );
  if (!change) return null;
  const { before, after } = change;
  const differences = changedFields(before, after);
  const hasBoth = differences.every(({ path }) => path !== "");
  return (
    <Section title={t("title")}>
      {differences.length === 0 ? (
        <p className="text-muted text-sm">{t("same")}</p>
      ) : (
        <NextIntlClientProvider locale={locale} messages={words as never}>
          <DiffViewer
            label={t("title")}
            differences={differences}
            documents={
              hasBoth ? { desired: before as JsonObject, live: after as JsonObject } : null
            }
          />
        </NextIntlClientProvider>
      )}
    </Section>
  );
}
