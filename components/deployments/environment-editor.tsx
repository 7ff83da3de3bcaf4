"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Section } from "#components/ui/section.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import { EnvironmentTrial } from "#components/what-if/environment-trial.tsx";
import type {
  EnvironmentPolicySpec,
  EnvironmentView,
} from "#server/features/deployments/schema.ts";
import { ROLE_SCOPES, ROLES } from "#server/platform/authz/scopes.ts";
import { PolicySentences } from "./policy-sentences.tsx";
import { SupplyChainFields } from "./supply-chain-fields.tsx";
import { WindowFields } from "./window-fields.tsx";

const DECIDING = ROLES.filter((role) => ROLE_SCOPES[role].includes("runtime.approvals.decide"));
const STEP_UP_LEVELS = ["none", "mfa", "security-key"] as const;
const LEVELS = ["none", "signed", "slsa-2", "slsa-3"] as const;
const FIRST: EnvironmentPolicySpec = {
  groups: [{ role: "sovereign-admin", count: 1 }],
  windows: [],
  waitingSeconds: 0,
  expirySeconds: 3 * 86_400,
  requiresElevation: false,
  provenance: "none",
  trustedRegistries: [],
  supersedesWaiting: true,
};

interface EnvironmentEditorProps {
  tenantId: string;
  view: EnvironmentView;
  mayManage: boolean;
  onClose: () => void;
}

/** Changes what an environment demands; the sentences beside it say what that would mean. */
export function EnvironmentEditor({ tenantId, view, mayManage, onClose }: EnvironmentEditorProps) {
  const t = useTranslations("environments");
  const names = useTranslations("deployments.environment");
  const problemText = useProblemText();
  const router = useRouter();
  const [policy, setPolicy] = useState<EnvironmentPolicySpec>(view.policy ?? FIRST);
  const [registries, setRegistries] = useState(policy.trustedRegistries.join("\n"));
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [isTried, setTried] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const change = (part: Partial<EnvironmentPolicySpec>) => setPolicy({ ...policy, ...part });
  const countOf = (role: string) => policy.groups.find((group) => group.role === role)?.count ?? 0;
  const { environment } = view;

  function setCount(role: (typeof DECIDING)[number], count: number) {
    const counts = DECIDING.map((each) => ({
      role: each,
      count: each === role ? count : countOf(each),
    }));
    change({ groups: counts.filter((group) => group.count > 0) });
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (reason.trim() === "" || !mayManage) return;
    setBusy(true);
    setFailure(null);
    try {
      const input = { environment, policy, reason, basedOn: view.version };
      await consoleClient(tenantId).deployments.saveEnvironmentPolicy.mutate(input);
      showToast({ tone: "ok", title: t("editor.saved") });
      router.refresh();
      onClose();
    } catch (error) {
      setFailure(problemText(problemOf(error)));
      setBusy(false);
    }
  }

  return (
    <Section look="card" title={t("editor.title", { environment: names(environment) })}>
      <form
        onSubmit={submit}
        noValidate
        className="grid items-start gap-6 px-4 py-3 lg:grid-cols-2"
      >
        <div className="flex min-w-0 flex-col gap-4">
          <fieldset className="flex min-w-0 flex-wrap gap-4">
            <legend className="pb-1 font-medium text-sm">{t("editor.groups")}</legend>
            {DECIDING.map((role) => (
              <Field key={role} label={t("editor.count", { role })}>
                {(control) => (
                  <Input
                    {...control}
                    type="number"
                    min={0}
                    max={9}
                    value={countOf(role)}
                    onChange={(event) => setCount(role, Number(event.target.value))}
                  />
                )}
              </Field>
            ))}
          </fieldset>
          <TextareaField
            label={t("editor.registries")}
            hint={t("editor.registriesHint")}
            dir="ltr"
            spellCheck={false}
            className="font-mono text-sm"
            value={registries}
            onChange={(text) => {
              setRegistries(text);
              change({ trustedRegistries: text.split(/\s+/).filter(Boolean) });
            }}
          />
          <div className="flex flex-wrap gap-4">
            <Field label={t("editor.waiting")}>
              {(control) => (
                <Input
                  {...control}
                  type="number"
                  min={0}
                  value={policy.waitingSeconds / 60}
                  onChange={(event) =>
                    change({ waitingSeconds: Math.round(Number(event.target.value) * 60) })
                  }
                />
              )}
            </Field>
            <Field label={t("editor.expiry")}>
              {(control) => (
                <Input
                  {...control}
                  type="number"
                  min={1}
                  value={policy.expirySeconds / 3_600}
                  onChange={(event) =>
                    change({ expirySeconds: Math.round(Number(event.target.value) * 3_600) })
                  }
                />
              )}
            </Field>
            <Field label={t("editor.report")} hint={t("editor.reportHint")}>
              {(control) => (
                <Input
                  {...control}
                  type="number"
                  min={5}
                  value={(policy.reportWithinSeconds ?? 3_600) / 60}
                  onChange={(event) =>
                    change({ reportWithinSeconds: Math.round(Number(event.target.value) * 60) })
                  }
                />
              )}
            </Field>
            <Field label={t("editor.provenance")}>
              {(control) => (
                <Select
                  {...control}
                  value={policy.provenance}
                  onChange={(event) =>
                    change({ provenance: event.target.value as (typeof LEVELS)[number] })
                  }
                >
                  {LEVELS.map((level) => (
                    <option key={level} value={level}>
                      {t(`level.${level}`)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
          <Field label={t("editor.stepUp")} hint={t("editor.stepUpHint")}>
            {(control) => (
              <Select
                {...control}
                value={policy.stepUp ?? "none"}
                onChange={(event) =>
                  change({ stepUp: event.target.value as (typeof STEP_UP_LEVELS)[number] })
                }
              >
                {STEP_UP_LEVELS.map((level) => (
                  <option key={level} value={level}>
                    {t(`stepUp.${level}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <SupplyChainFields
            value={policy.supplyChain}
            isProvenanceAsked={policy.provenance !== "none"}
            mergeApprovals={policy.mergeApprovals ?? 0}
            onChange={(supplyChain) => change({ supplyChain })}
            onMergeApprovals={(mergeApprovals) => change({ mergeApprovals })}
          />
          <WindowFields windows={policy.windows} onChange={(windows) => change({ windows })} />
          {(["requiresElevation", "supersedesWaiting"] as const).map((name) => (
            <label key={name} className="flex min-h-6 items-center gap-2 text-sm">
              <input
                type="checkbox"
                className="size-4"
                checked={policy[name]}
                onChange={(event) => change({ [name]: event.target.checked })}
              />
              {t(name === "requiresElevation" ? "editor.elevation" : "editor.supersedes")}
            </label>
          ))}
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <div role="status" className="rounded-md border border-line bg-sunken p-3">
            <p className="pb-1 font-medium text-sm">{t("editor.reads")}</p>
            <PolicySentences environment={environment} policy={policy} />
          </div>
          {view.waiting > 0 ? <p className="text-muted text-sm">{t("editor.stale")}</p> : null}
          <EnvironmentTrial tenantId={tenantId} environment={{ name: environment, policy }} />
          <Field
            label={t("editor.reason")}
            error={isTried && reason.trim() === "" ? t("editor.reasonMissing") : null}
          >
            {(control) => (
              <Input
                {...control}
                maxLength={2000}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
          {failure ? (
            <p role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
              {t("editor.failed")}: {failure}
            </p>
          ) : null}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>{t("editor.cancel")}</Button>
            <Button
              type="submit"
              look="primary"
              isBusy={isBusy}
              disabledReason={mayManage ? null : t("mayNotManage")}
            >
              {t("editor.save")}
            </Button>
          </div>
        </div>
      </form>
    </Section>
  );
}
