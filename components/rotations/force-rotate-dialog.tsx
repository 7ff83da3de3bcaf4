"use client";
import { useLocale, useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { durationText } from "#components/time/duration-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import type { CredentialDetail } from "./credential-detail.ts";
import type { CredentialRow } from "./credential-row.ts";
import { OutsideWindow } from "./outside-window.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";

interface ForceRotateDialogProps {
  tenantId: string;
  binding: CredentialRow;
  /** Whether its environment may change now. */
  window: CredentialDetail["window"];
  isOpen: boolean;
  onClose: () => void;
  onStarted: () => void;
}

/** Says what a rotation will touch, asks why, and starts it. */
export function ForceRotateDialog(props: ForceRotateDialogProps) {
  const { tenantId, binding, window, isOpen, onClose, onStarted } = props;
  const t = useTranslations("rotations.force");
  const [isOutside, setOutside] = useState(false);
  const mustSayOutside = !window.isOpen && !isOutside;
  return (
    <ReasonDialog
      isOpen={isOpen}
      title={t("title", { name: binding.name })}
      does={<Touched binding={binding} />}
      confirm={t("confirm")}
      failed={t("failed")}
      isReady={!mustSayOutside}
      more={(isTried) =>
        window.isOpen ? null : (
          <OutsideWindow
            environment={binding.environment}
            opensAt={window.opensAt}
            isSaid={isOutside}
            isMissing={isTried && mustSayOutside}
            onSay={setOutside}
          />
        )
      }
      act={(reason) =>
        consoleClient(tenantId).rotation.forceRotate.mutate({
          bindingId: binding.bindingId,
          reason,
          outsideWindow: isOutside,
        })
      }
      onClose={onClose}
      onDone={({ state }) => {
        const word = state === "awaiting_approval" ? "asked" : "started";
        showToast({ tone: "ok", title: t(word, { name: binding.name }) });
        onStarted();
      }}
    />
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
