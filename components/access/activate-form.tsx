"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { useBlockerWords } from "#components/problem/use-blocker-words.ts";
import { useStepUp } from "#components/step-up/use-step-up.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import type { RequestDetail } from "#server/features/elevation/elevation-views.ts";

interface ActivateFormProps {
  tenantId: string;
  request: RequestDetail;
  onDone: () => void;
}

/** Uses an approved request; where it is blocked, every blocker is said. */
export function ActivateForm({ tenantId, request, onDone }: ActivateFormProps) {
  const t = useTranslations("access");
  const { isBusy, failure, run, fail } = useAct();
  const blockerWords = useBlockerWords();
  const [blocked, setBlocked] = useState<string | null>(null);
  const environment = t(`environment.${request.environment}`);
  const stepUp = useStepUp<{ requestId: string }>({
    tenantId,
    form: `elevation.activate/${request.requestId}`,
    words: () => t("activating", { environment }),
    send: async (input) => {
      const outcome = await consoleClient(tenantId).elevation.activate.mutate(input);
      if (outcome.outcome === "blocked") {
        setBlocked(t("request.blocked", { words: blockerWords(outcome.blockers) }));
      } else {
        showToast({ tone: "ok", title: t("request.activated") });
      }
      onDone();
    },
    onFailure: fail,
  });
  const { requestId } = request;
  const said = failure ?? blocked;
  return (
    <>
      {said ? (
        <p role="alert" className="w-full rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
          {said}
        </p>
      ) : null}
      <Button
        look="primary"
        isBusy={isBusy}
        disabledReason={request.state === "approved" ? null : t("request.notYet")}
        onClick={() => run(() => stepUp.attempt({ requestId }))}
      >
        {t(request.kind === "extension" ? "request.activateExtension" : "request.activate")}
      </Button>
      {stepUp.dialog}
    </>
  );
}
