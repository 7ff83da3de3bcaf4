"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ReasonDialog } from "#components/rotations/reason-dialog.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { IncidentView } from "#server/features/rotation/leaks/views.ts";

interface CloseDialogProps {
  tenantId: string;
  view: IncidentView;
  onClose: () => void;
  onDone: () => void;
}

/** As the verb demands it. */
const LETTERS = 10;

/** Asks what was found; where the console has no proof, how a person proved the value dead. */
export function CloseDialog({ tenantId, view, onClose, onDone }: CloseDialogProps) {
  const t = useTranslations("incidents.close");
  const force = useTranslations("rotations.force");
  const [byHand, setByHand] = useState("");
  const needsHand = view.state === "open";
  const isShort = needsHand && byHand.trim().length < LETTERS;
  return (
    <LiveQueries>
      <ReasonDialog
        title={t("title", { name: view.credential.name })}
        does={<p className="text-sm">{t("does")}</p>}
        label={t("findings")}
        hint={t("findingsHint")}
        maxLength={4000}
        confirm={t("confirm")}
        isReady={!isShort}
        more={(isTried) =>
          needsHand ? (
            <TextareaField
              label={t("byHand")}
              hint={t("byHandHint")}
              error={isTried && isShort ? force("reasonShort") : null}
              required
              maxLength={1000}
              value={byHand}
              onChange={setByHand}
            />
          ) : null
        }
        act={(findings) =>
          consoleClient(tenantId).incidents.close.mutate({
            incidentId: view.incidentId,
            findings,
            ...(needsHand ? { proofByHand: byHand.trim() } : {}),
          })
        }
        onClose={onClose}
        onDone={() => {
          showToast({ tone: "ok", title: t("done") });
          onDone();
        }}
      />
    </LiveQueries>
  );
}
