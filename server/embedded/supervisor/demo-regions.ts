/**
 * The demo's two regions: the second is a development vault of its own that restores the first one's
 * storage every few seconds, in place of an operator's snapshots, and goes its own way when it is promoted.
 */
export function demoRegions(ports: {
  readonly vault: number;
  readonly replica: number;
  readonly hook: number;
}): Record<"REGIONS_CONFIG" | "DR_HOOK_URL", string> {
  const regions = [
    {
      name: "muscat",
      displayName: "Muscat",
      addresses: [`http://127.0.0.1:${ports.vault}`],
      role: "primary",
    },
    {
      name: "salalah",
      displayName: "Salalah",
      addresses: [`http://127.0.0.1:${ports.replica}`],
      role: "read-only",
      replication: "storage-snapshot",
      maxLagSeconds: 60,
    },
  ];
  return {
    REGIONS_CONFIG: JSON.stringify(regions),
    DR_HOOK_URL: `http://127.0.0.1:${ports.hook}/promote`,
  };
}
