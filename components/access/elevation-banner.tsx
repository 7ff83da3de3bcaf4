"use client";
import dynamic from "next/dynamic";

const BannerBody = dynamic(async () => (await import("./banner-body.tsx")).BannerBody, {
  ssr: false,
});

export interface OwnGrants {
  grants: {
    grantId: string;
    kind: "jit" | "break-glass";
    environment: "dev" | "test" | "staging" | "prod";
    scopes: string[];
    startsAt: Date;
    endsAt: Date;
  }[];
  asOf: Date;
}

/** One's live elevation, on every page. Nothing of it is loaded by who has none. */
export function ElevationBanner({ tenantId, own }: { tenantId: string; own: OwnGrants }) {
  return own.grants.length > 0 ? <BannerBody tenantId={tenantId} own={own} /> : null;
}
