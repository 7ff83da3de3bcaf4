"use client";
import { useRouter } from "next/navigation";
import { WithdrawForm as ApprovalWithdrawForm } from "#components/approvals/withdraw-form.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";

interface WithdrawFormProps {
  tenantId: string;
  deploymentId: string;
}

/** Takes one's own request for a deployment back. */
export function WithdrawForm({ tenantId, deploymentId }: WithdrawFormProps) {
  const router = useRouter();
  return (
    <div className="border-line border-t pt-3">
      <ApprovalWithdrawForm
        withdraw={(reason) =>
          consoleClient(tenantId).deployments.withdraw.mutate({ deploymentId, reason })
        }
        onDone={() => router.refresh()}
      />
    </div>
  );
}
