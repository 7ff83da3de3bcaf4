import { expect, test, vi } from "vitest";
import { AppError } from "#server/platform/errors/app-error.ts";
import { againOnConflict } from "./again-on-conflict.ts";

const conflict = () => new AppError("conflict", "Changed meanwhile.");

test("what met a change is done again", async () => {
  const act = vi.fn().mockRejectedValueOnce(conflict()).mockResolvedValue("done");
  expect(await againOnConflict(act)).toBe("done");
  expect(act).toHaveBeenCalledTimes(2);
});

test("what meets a change each time fails with it; another error is no reason to do it again", async () => {
  const always = vi.fn().mockImplementation(() => Promise.reject(conflict()));
  await expect(againOnConflict(always)).rejects.toMatchObject({ code: "conflict" });
  expect(always).toHaveBeenCalledTimes(5);
  const refused = vi.fn().mockRejectedValue(new AppError("forbidden", "No."));
  await expect(againOnConflict(refused)).rejects.toMatchObject({ code: "forbidden" });
  expect(refused).toHaveBeenCalledTimes(1);
});
