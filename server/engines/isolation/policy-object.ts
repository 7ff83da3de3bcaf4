/** A policy as an object that facts name: `AllowedBy` leaves the kind out of NetworkPolicies alone. */
export function policyObject(name: string): string {
  return name.includes(" ") ? name : `NetworkPolicy ${name}`;
}
