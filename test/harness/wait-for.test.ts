import { expect, test } from "vitest";
import { waitFor } from "./wait-for.ts";

test("returns the first truthy value, also after errors", async () => {
  let looks = 0;
  const value = await waitFor(
    () => {
      looks += 1;
      if (looks === 1) throw new Error("not yet");
      return looks > 2 ? "there" : null;
    },
    { interval: 1 },
  );
  expect(value).toBe("there");
  expect(looks).toBe(3);
});

test("fails with what was waited for and the last error", async () => {
  const waiting = waitFor(() => Promise.reject(new Error("refused")), {
    timeout: 20,
    interval: 1,
    message: "the server",
  });
  await expect(waiting).rejects.toThrow(/20 ms in vain for the server/);
  await expect(waiting).rejects.toMatchObject({ cause: { message: "refused" } });
});
