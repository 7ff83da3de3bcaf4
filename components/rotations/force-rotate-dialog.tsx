"use client";
import { useMutation } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useState } from "react";
import { type Problem, problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { durationText } from "#components/time/duration-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import type { CredentialDetail } from "./credential-detail.ts";
import type { CredentialRow } from "./credential-row.ts";
import { OutsideWindow } from "./outside-window.tsx";

interface ForceRotateDialogProps {
  tenantId: string;
  binding: CredentialRow;
  /** Whether its environment may change now. */
  window: CredentialDetail["window"];
  isOpen: boolean;
  onClose: () => void;
  onStarted: () => void;
}

/** As the verb demands it. */
const REASON_LETTERS = 10;

/** Says what a rotation will touch, asks why, and starts it. */
export function ForceRotateDialog(props: ForceRotateDialogProps) {
  const { tenantId, binding, window, isOpen, onClose, onStarted } = props;
  const t = useTranslations("rotations.force");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const [isOutside, setOutside] = useState(false);
  const mustSayOutside = !window.isOpen && !isOutside;
  const isShort = reason.trim().length < REASON_LETTERS;
  const rotate = useMutation({
    mutationFn: () =>
      consoleClient(tenantId).rotation.forceRotate.mutate({
        bindingId: binding.bindingId,
        reason: reason.trim(),
        outsideWindow: isOutside,
      }),
    onSuccess: ({ state }) => {
      const word = state === "awaiting_approval" ? "asked" : "started";
      showToast({ tone: "ok", title: t(word, { name: binding.name }) });
      setReason("");
      setTried(false);
      onStarted();
    },
  });
  const problem: Problem | null = rotate.error ? problemOf(rotate.error) : null;

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!isShort && !mustSayOutside && !rotate.isPending) rotate.mutate();
  }

  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t("title", { name: binding.name })}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <Touched binding={binding} />
        <Field
          label={t("reason")}
          hint={t("reasonHint")}
          error={isTried && isShort ? t("reasonShort") : null}
        >
          {(control) => (
            <Textarea
              {...control}
              autoFocus
              required
              maxLength={1000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {window.isOpen ? null : (
          <OutsideWindow
            environment={binding.environment}
            opensAt={window.opensAt}
            isSaid={isOutside}
            isMissing={isTried && mustSayOutside}
            onSay={setOutside}
          />
        )}
        {problem ? (
          <p role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
            {t("failed")}: {problemText(problem)}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" look="danger" isBusy={rotate.isPending}>
            {t("confirm")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What is said to be touched, by the way a credential is rotated. */
const WORDS = {
  "postgres-dual-user": ["touchRole", "touchPath", "touchOld"],
  "kv-generated": ["touchValue", "touchOldValue"],
  "openbao-transit": ["touchKey", "touchOldKey"],
  "openbao-pki-root": ["touchIssuer", "touchOldIssuer"],
  "openbao-pki-intermediate": ["touchIssuer", "touchOldIssuer"],
  "two-key-cloud": ["touchSlot", "touchPath", "touchOldSlot"],
  "azure-key": ["touchKey", "touchOldDisabled"],
  "azure-secret": ["touchValue", "touchOldDisabled"],
  "openbao-static-role": ["touchEngineRole", "touchOldAtOnce"],
  "openbao-dynamic": ["touchLease", "touchPath", "touchOldLease"],
  "keycloak-client-secret": ["touchClient", "touchPath", "touchOldClient"],
  manual: [],
  "cert-manager": [],
  "certificate-file": [],
  "spiffe-svid": [],
  "realm-passwords": [],
  none: [],
} as const;

function Touched({ binding }: { binding: CredentialRow }) {
  const t = useTranslations("rotations.force");
  const locale = useLocale();
  const values = {
    b: (text: ReactNode) => <strong>{text}</strong>,
    path: () => (
      <bdi key="path" dir="ltr" className="break-all">
        {binding.path}
      </bdi>
    ),
    grace: durationText(binding.graceSeconds, locale),
  };
  const roles = binding.rule.requireApproval;
  return (
    <div className="rounded-md border border-line bg-sunken px-3 py-2 text-sm">
      <p className="font-medium">{t("touches", { environment: binding.environment })}</p>
      <ul className="list-disc ps-5">
        {WORDS[binding.rotatorKind].map((word) => (
          <li key={word}>{t.rich(word, values)}</li>
        ))}
      </ul>
      {roles.length > 0 ? <p>{t("touchApproval", { roles: roles.join(", ") })}</p> : null}
    </div>
  );
}
