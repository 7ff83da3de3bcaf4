"use client";
import { cx } from "#components/ui/cx.ts";
import { useUrlState } from "#components/url/use-url-state.ts";

interface LookSwitchProps {
  label: string;
  /** The parameter of the URL that keeps the choice; `null` is the one without it. */
  param: string;
  chosen: string | null;
  looks: readonly { value: string | null; label: string }[];
}

/** Two or three ways to look at the same thing, side by side, one of them pressed. */
export function LookSwitch({ label, param, chosen, looks }: LookSwitchProps) {
  const { change } = useUrlState();
  return (
    <fieldset
      aria-label={label}
      className="flex overflow-hidden rounded-md border border-line-strong"
    >
      {looks.map(({ value, label: name }) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === chosen}
          onClick={() => change({ [param]: value })}
          className={cx(
            "h-6 px-2 text-xs focus-visible:outline-offset-[-2px]",
            value === chosen ? "bg-selected font-medium" : "bg-raised text-muted hover:bg-hover",
          )}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}
