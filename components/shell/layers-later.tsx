"use client";
import dynamic from "next/dynamic";

/** What answers to the reader only, loaded after the page itself. */
export const ToastLayerLater = dynamic(
  async () => (await import("#components/toast/toast-layer.tsx")).ToastLayer,
  { ssr: false },
);
export const TooltipLayerLater = dynamic(
  async () => (await import("#components/ui/tooltip-layer.tsx")).TooltipLayer,
  { ssr: false },
);
