"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { ElevationPolicySpec } from "#server/features/elevation/elevation-policy-spec.ts";
import type { OfferView } from "#server/features/elevation/elevation-views.ts";
import { ROLE_SCOPES, ROLES } from "#server/platform/authz/scopes.ts";
import { OfferFields } from "./offer-fields.tsx";
import { OfferSentences } from "./offer-sentences.tsx";
import { readTargets, targetLines } from "./target-lines.ts";

const DECIDING = ROLES.filter((role) => ROLE_SCOPES[role].includes("runtime.approvals.decide"));
const LEVELS = ["none", "any-factor", "security-key"] as const;
const FIRST: ElevationPolicySpec = {
  maxDurationSeconds: 4 * 3_600,
  maxAheadSeconds: 24 * 3_600,
  maxLivePerPerson: 2,
  offers: [
    {
      roles: ["sovereign-admin", "security-officer"],
      scopes: ["runtime.approvals.decide", "runtime.deployments.execute"],
    },
  ],
  groups: [{ role: "security-officer", count: 1 }],
  expirySeconds: 24 * 3_600,
  stepUp: { whenAsking: false, whenApproving: false, level: "any-factor", withinSeconds: 300 },
  projections: [],
};

interface PolicyDialogProps {
  tenantId: string;
  offer: OfferView;
  onClose: () => void;
}

/** Changes what may be asked for in an environment; the sentences say what that would mean. */
export function PolicyDialog({ tenantId, offer, onClose }: PolicyDialogProps) {
  const t = useTranslations("access");
  const form = useTranslations("access.editor");
  const router = useRouter();
  const { isBusy, failure, run } = useAct();
  const [policy, setPolicy] = useState<ElevationPolicySpec>(offer.policy ?? FIRST);
  const [lines, setLines] = useState(targetLines(policy.projections));
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const read = readTargets(lines);
  const change = (part: Partial<ElevationPolicySpec>) => setPolicy({ ...policy, ...part });
  const stepUp = (part: Partial<ElevationPolicySpec["stepUp"]>) =>
    change({ stepUp: { ...policy.stepUp, ...part } });
  const countOf = (role: string) => policy.groups.find((group) => group.role === role)?.count ?? 0;
  const setCount = (role: (typeof DECIDING)[number], count: number) =>
    change({
      groups: DECIDING.map((each) => ({
        role: each,
        count: each === role ? count : countOf(each),
      })).filter((group) => group.count > 0),
    });
  const isMissing = reason.trim() === "";

  function save() {
    setTried(true);
    if (isMissing || "badLine" in read) return;
    const input = {
      environment: offer.environment,
      policy: { ...policy, projections: read.targets },
      basedOn: offer.version,
      reason: reason.trim(),
    };
    run(
      () => consoleClient(tenantId).elevation.savePolicy.mutate(input),
      () => {
        showToast({ tone: "ok", title: form("saved") });
        router.refresh();
        onClose();
      },
    );
  }

  const number = (label: string, value: number, set: (value: number) => void, min = 0) => (
    <Field label={label}>
      {(control) => (
        <Input
          {...control}
          type="number"
          min={min}
          className="w-28"
          value={value}
          onChange={(event) => set(Number(event.target.value))}
        />
      )}
    </Field>
  );

  return (
    <FormDialog
      title={form("title", { environment: t(`environment.${offer.environment}`) })}
      confirm={form("submit")}
      isBusy={isBusy}
      failure={failure}
      onSubmit={save}
      onClose={onClose}
    >
      <div className="flex flex-wrap gap-4">
        {number(form("duration"), policy.maxDurationSeconds / 60, (minutes) =>
          change({ maxDurationSeconds: Math.round(minutes * 60) }),
        )}
        {number(form("ahead"), policy.maxAheadSeconds / 3_600, (hours) =>
          change({ maxAheadSeconds: Math.round(hours * 3_600) }),
        )}
        {number(form("most"), policy.maxLivePerPerson, (maxLivePerPerson) =>
          change({ maxLivePerPerson }),
        )}
        {number(form("expiry"), policy.expirySeconds / 3_600, (hours) =>
          change({ expirySeconds: Math.round(hours * 3_600) }),
        )}
      </div>
      <fieldset className="flex flex-wrap gap-4">
        <legend className="pb-1 font-medium text-sm">{form("groups")}</legend>
        {DECIDING.map((role) => (
          <div key={role}>
            {number(form("count", { role }), countOf(role), (count) => setCount(role, count))}
          </div>
        ))}
      </fieldset>
      <OfferFields offers={policy.offers} onChange={(offers) => change({ offers })} />
      <div className="flex flex-wrap items-end gap-4">
        <Field label={form("level")}>
          {(control) => (
            <Select
              {...control}
              value={policy.stepUp.level}
              onChange={(event) => stepUp({ level: event.target.value as (typeof LEVELS)[number] })}
            >
              {LEVELS.map((level) => (
                <option key={level} value={level}>
                  {form(`levels.${level}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {number(form("within"), policy.stepUp.withinSeconds, (withinSeconds) =>
          stepUp({ withinSeconds }),
        )}
        {(["whenAsking", "whenApproving"] as const).map((name) => (
          <label key={name} className="flex items-center gap-2 pb-1.5 text-sm">
            <input
              type="checkbox"
              className="size-4"
              checked={policy.stepUp[name]}
              onChange={(event) => stepUp({ [name]: event.target.checked })}
            />
            {form(name)}
          </label>
        ))}
      </div>
      <TextareaField
        label={form("projections")}
        hint={form("projectionsHint")}
        error={"badLine" in read ? form("projectionsBad", { line: read.badLine }) : null}
        dir="ltr"
        spellCheck={false}
        className="font-mono text-sm"
        value={lines}
        onChange={setLines}
      />
      <div className="rounded-md border border-line bg-sunken px-3 py-2">
        <OfferSentences
          policy={{ ...policy, projections: "badLine" in read ? [] : read.targets }}
        />
      </div>
      <TextareaField
        label={form("reason")}
        error={isTried && isMissing ? form("reasonMissing") : null}
        maxLength={2000}
        value={reason}
        onChange={setReason}
      />
    </FormDialog>
  );
}
