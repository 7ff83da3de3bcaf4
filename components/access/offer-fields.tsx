"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import type { ElevationPolicySpec } from "#server/features/elevation/elevation-policy-spec.ts";
import { GRANTABLE_SCOPES, ROLE_SCOPES, ROLES } from "#server/platform/authz/scopes.ts";
import { useScopeWords } from "./use-scope-words.ts";

type Offer = ElevationPolicySpec["offers"][number];
const ASKING = ROLES.filter((role) => ROLE_SCOPES[role].includes("runtime.elevation.request"));

interface OfferFieldsProps {
  offers: readonly Offer[];
  onChange: (offers: Offer[]) => void;
}

/** Which roles may ask for which rights, line by line. */
export function OfferFields({ offers, onChange }: OfferFieldsProps) {
  const t = useTranslations("access.editor");
  const words = useScopeWords();
  const put = (at: number, part: Partial<Offer>) =>
    onChange(offers.map((each, index) => (index === at ? { ...each, ...part } : each)));
  const toggle = <T,>(list: readonly T[], item: T) =>
    list.includes(item) ? list.filter((each) => each !== item) : [...list, item];
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="pb-1 font-medium text-sm">{t("offers")}</legend>
      {offers.map((offer, at) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          key={at}
          className="flex flex-col gap-2 rounded-md border border-line px-3 py-2"
        >
          <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
            <legend className="text-muted text-xs">{t("offerRoles")}</legend>
            {ASKING.map((role) => (
              <label key={role} className="flex items-center gap-2 text-sm">
                <input
                  type="checkbox"
                  className="size-4"
                  checked={offer.roles.includes(role)}
                  onChange={() => put(at, { roles: toggle(offer.roles, role) })}
                />
                <bdi dir="ltr">{role}</bdi>
              </label>
            ))}
          </fieldset>
          <fieldset className="flex flex-col gap-1">
            <legend className="text-muted text-xs">{t("offerScopes")}</legend>
            {GRANTABLE_SCOPES.map((scope) => (
              <label key={scope} className="flex items-center gap-2 text-sm">
                <input
                  type="checkbox"
                  className="size-4"
                  checked={offer.scopes.includes(scope)}
                  onChange={() => put(at, { scopes: toggle(offer.scopes, scope) })}
                />
                {words(scope)}
              </label>
            ))}
          </fieldset>
          {offers.length > 1 ? (
            <div>
              <Button
                size="sm"
                look="quiet"
                onClick={() => onChange(offers.filter((_, index) => index !== at))}
              >
                {t("removeOffer")}
              </Button>
            </div>
          ) : null}
        </div>
      ))}
      <div>
        <Button
          size="sm"
          onClick={() => onChange([...offers, { roles: ["developer"], scopes: [] }])}
        >
          {t("addOffer")}
        </Button>
      </div>
    </fieldset>
  );
}
