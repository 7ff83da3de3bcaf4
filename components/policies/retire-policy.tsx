"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ReasonDialog } from "#components/rotations/reason-dialog.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Button } from "#components/ui/button.tsx";
import type { PolicyDetail } from "./policy-shapes.ts";

interface RetirePolicyProps {
  tenantId: string;
  policy: PolicyDetail["policy"];
  mayManage: boolean;
}

/** Takes a policy out of force, with the reason; its versions stay. */
export function RetirePolicy({ tenantId, policy, mayManage }: RetirePolicyProps) {
  const t = useTranslations("policies");
  const router = useRouter();
  const [isAsking, setAsking] = useState(false);
  const { policyId, name } = policy;
  if (policy.retiredAt) return null;
  return (
    <LiveQueries>
      <div className="flex justify-end">
        <Button
          look="danger"
          disabledReason={mayManage ? null : t("mayNotManage")}
          onClick={() => setAsking(true)}
        >
          {t("retire.button", { name })}
        </Button>
      </div>
      {isAsking ? (
        <ReasonDialog
          title={t("retire.title", { name })}
          does={<p className="text-sm">{t("retire.does")}</p>}
          confirm={t("retire.confirm")}
          act={(reason) =>
            consoleClient(tenantId).secretPolicies.retire.mutate({ policyId, reason })
          }
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            showToast({ tone: "ok", title: t("retire.done", { name }) });
            router.refresh();
          }}
        />
      ) : null}
    </LiveQueries>
  );
}
