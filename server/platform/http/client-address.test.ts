import { expect, test } from "vitest";
import { clientAddress } from "./client-address.ts";

const of = (forwarded: string | undefined, trustedProxies = 1) =>
  clientAddress(
    new Headers(forwarded === undefined ? {} : { "x-forwarded-for": forwarded }),
    trustedProxies,
  );

test("what the caller wrote in front of our proxy's word changes nothing", () => {
  const said = ["192.0.2.7", "1.1.1.1, 192.0.2.7", "x, y, z, 192.0.2.7", ", 192.0.2.7"];
  expect(new Set(said.map((each) => of(each)))).toEqual(new Set(["192.0.2.7"]));
});

test("behind two proxies the address is the last but one", () => {
  expect(of("6.6.6.6, 192.0.2.7, 10.0.0.1", 2)).toBe("192.0.2.7");
  // Fewer names than proxies: somebody came around them, and all of those are counted together.
  expect(of("6.6.6.6", 2)).toBe("unknown");
});

test.each([
  [undefined, "unknown"],
  ["", "unknown"],
  ["not an address", "unknown"],
  ["192.0.2.7:4711", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::1", "2001:db8:1:2::/64"],
  ["[2001:db8:1:2:ffff::1]:443", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
])("%s is counted as %s", (forwarded, address) => {
  expect(of(forwarded)).toBe(address);
});
