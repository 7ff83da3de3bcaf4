"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { cx } from "#components/ui/cx.ts";
import { Status } from "#components/ui/status.tsx";
import type { ControlView } from "#server/features/compliance/views.ts";
import { STATE_TONE } from "./state-tone.ts";

interface ControlTableProps {
  controls: readonly ControlView[];
  chosen: string | null;
  titleOf: (controlId: string) => string;
  hrefOf: (controlId: string) => string;
}

/** The controls of a framework: number, what it asks for, state now, its checks. */
export function ControlTable({ controls, chosen, titleOf, hrefOf }: ControlTableProps) {
  const t = useTranslations("compliance");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section aria-label={t("controls")} tabIndex={0} className="relative overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{t("controls")}</caption>
        <thead>
          <tr className="border-line border-b text-muted text-xs">
            {(["control", "what", "state", "checks", "since"] as const).map((name) => (
              <th key={name} scope="col" className="px-3 py-2 text-start font-medium">
                {t(`column.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {controls.map((control) => (
            <tr
              key={control.id}
              className={cx(
                "border-line border-b last:border-b-0 hover:bg-hover",
                control.id === chosen && "bg-selected",
              )}
            >
              <th scope="row" className="whitespace-nowrap px-3 py-1.5 text-start font-medium">
                <Link
                  href={hrefOf(control.id)}
                  scroll={false}
                  prefetch={false}
                  className="text-accent underline"
                  aria-current={control.id === chosen ? "true" : undefined}
                >
                  <bdi dir="ltr">{control.id}</bdi>
                </Link>
              </th>
              <td className="min-w-56 px-3 py-1.5">{titleOf(control.id)}</td>
              <td className="px-3 py-1.5">
                <Status tone={STATE_TONE[control.state]} look="plain">
                  {t(`state.${control.state}`)}
                </Status>
              </td>
              <td className="whitespace-nowrap px-3 py-1.5 text-muted">
                {[
                  t("checkCount", { count: control.checks.length }),
                  ...(control.failing > 0 ? [t("failingCount", { count: control.failing })] : []),
                  ...(control.unknown > 0 ? [t("unknownCount", { count: control.unknown })] : []),
                ].join(" · ")}
              </td>
              <td className="px-3 py-1.5 text-muted">
                {control.since ? <Time at={control.since} /> : "–"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
