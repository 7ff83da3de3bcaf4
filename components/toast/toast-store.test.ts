import { expect, it } from "vitest";
import { currentToasts, dismissToast, onToastsChange, showToast } from "./toast-store.ts";

it("keeps the four newest, tells its listeners, and lets go of one", () => {
  let told = 0;
  const stop = onToastsChange(() => {
    told += 1;
  });
  const ids = ["a", "b", "c", "d", "e"].map((title) => showToast({ tone: "info", title }));
  expect(currentToasts().map((toast) => toast.title)).toEqual(["b", "c", "d", "e"]);
  dismissToast(ids[2] ?? 0);
  expect(currentToasts().map((toast) => toast.title)).toEqual(["b", "d", "e"]);
  dismissToast(ids[0] ?? 0);
  expect(currentToasts()).toHaveLength(3);
  stop();
  showToast({ tone: "ok", title: "f" });
  expect(told).toBe(7);
});
