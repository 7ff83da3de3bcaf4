"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { type Refusal, refusalOf } from "#components/problem/refusal.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Select } from "#components/ui/select.tsx";
import { QueryText } from "./query-text.tsx";

const DISCLOSURES = ["matches", "envelopes", "payloads"] as const;
const KEPT_DAYS = [7, 30, 90, 365];

interface PackDialogProps {
  tenantId: string;
  query: string;
  onClose: () => void;
  onDone: (packId: string) => void;
}

/** Asks what a pack opens besides the events that fit, and how long it is kept. */
export function PackDialog({ tenantId, query, onClose, onDone }: PackDialogProps) {
  const t = useTranslations("packs");
  const problemText = useProblemText();
  const [disclosure, setDisclosure] = useState<(typeof DISCLOSURES)[number]>("envelopes");
  const [keptDays, setKeptDays] = useState(30);
  const [failure, setFailure] = useState<Refusal | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function ask() {
    setBusy(true);
    setFailure(null);
    try {
      const asked = { query, disclosure, keptDays };
      const { packId } = await consoleClient(tenantId).evidence.askPack.mutate(asked);
      onDone(packId);
    } catch (error) {
      setFailure(refusalOf(error, problemText));
      setBusy(false);
    }
  }

  return (
    <FormDialog
      title={t("dialog.title")}
      confirm={t("dialog.confirm")}
      isBusy={isBusy}
      failure={failure?.text ?? null}
      onSubmit={ask}
      onClose={onClose}
    >
      <div className="flex flex-col gap-1 text-sm">
        <span className="font-medium">{t("dialog.query")}</span>
        <QueryText query={query} />
      </div>
      <Field label={t("dialog.opens")} hint={`${t("proves.always")} ${t(`proves.${disclosure}`)}`}>
        {(control) => (
          <Select
            {...control}
            value={disclosure}
            onChange={(event) => setDisclosure(event.target.value as typeof disclosure)}
          >
            {DISCLOSURES.map((each) => (
              <option key={each} value={each}>
                {t(`disclosure.${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t("dialog.kept")}>
        {(control) => (
          <Select
            {...control}
            value={keptDays}
            onChange={(event) => setKeptDays(Number(event.target.value))}
          >
            {KEPT_DAYS.map((days) => (
              <option key={days} value={days}>
                {t("dialog.days", { count: days })}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </FormDialog>
  );
}
