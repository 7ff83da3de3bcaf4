/** Whose identity the demo writes to which file, below its folder of certificates. */
export function demoSvid(
  sovereign: string,
  tenant: string,
): { file: string; spiffeId: string; name: string } {
  const name = "storefront";
  return {
    name,
    file: `${tenant}/${name}.pem`,
    spiffeId: `spiffe://${sovereign}.console.local/ns/${tenant}-prod/sa/${name}`,
  };
}
