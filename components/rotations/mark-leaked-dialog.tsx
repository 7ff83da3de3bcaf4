"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import type { CredentialDetail } from "./credential-detail.ts";
import { ReasonDialog } from "./reason-dialog.tsx";

interface MarkLeakedDialogProps {
  tenantId: string;
  detail: CredentialDetail;
  onClose: () => void;
  onDone: (incidentId: string) => void;
}

/** While these last, the old value still works beside the new one. */
const BOTH_WORK = new Set(["promoted", "grace", "revoke_failed"]);

/** Says what follows a leak, asks how it is known and which value it was, and wants the name typed. */
export function MarkLeakedDialog({ tenantId, detail, onClose, onDone }: MarkLeakedDialogProps) {
  const t = useTranslations("consumers.leak");
  const [leaked, setLeaked] = useState<"current" | "old">("current");
  const { binding, rotations } = detail;
  const hasOld = BOTH_WORK.has(rotations[0]?.state ?? "");
  const facts = ["doesRotate", "doesRevoke", "doesAlert", "doesAsk"] as const;
  return (
    <ReasonDialog
      title={t("title", { name: binding.name })}
      does={
        <div className="rounded-md border border-line bg-sunken px-3 py-2 text-sm">
          <p className="font-medium">{t("does", { environment: binding.environment })}</p>
          <ul className="list-disc ps-5">
            {facts.map((fact) => (
              <li key={fact}>{t(fact)}</li>
            ))}
            {binding.rule.requireApproval.length > 0 ? <li>{t("doesApproval")}</li> : null}
          </ul>
        </div>
      }
      label={t("how")}
      typed={binding.name}
      confirm={t("confirm")}
      more={() =>
        hasOld ? (
          <fieldset className="flex flex-col gap-1 text-sm">
            <legend className="mb-1 font-medium">{t("which")}</legend>
            {(["current", "old"] as const).map((each) => (
              <label key={each} className="flex items-center gap-2">
                <input
                  type="radio"
                  name="leaked"
                  checked={leaked === each}
                  onChange={() => setLeaked(each)}
                />
                {t(`whichOf.${each}`)}
              </label>
            ))}
          </fieldset>
        ) : null
      }
      act={(reason) =>
        consoleClient(tenantId).incidents.markLeaked.mutate({
          bindingId: binding.bindingId,
          leaked: hasOld ? leaked : "current",
          reason,
        })
      }
      onClose={onClose}
      onDone={({ incidentId, response }) => {
        showToast({ tone: "ok", title: t(`response.${response}`, { name: binding.name }) });
        onDone(incidentId);
      }}
    />
  );
}
