const KEY = "console-notify";

export type NotifyState = "unsupported" | "off" | "on" | "denied";

/** Whether this browser tells its reader of what is new in the inbox, while a tab of the console is open. */
export function notifyState(): NotifyState {
  if (typeof Notification === "undefined") return "unsupported";
  if (Notification.permission === "denied") return "denied";
  const isChosen = localStorage.getItem(KEY) === "1";
  return isChosen && Notification.permission === "granted" ? "on" : "off";
}

/** Asks the browser; only ever by a click. */
export async function turnNotifyOn(): Promise<NotifyState> {
  const answer = await Notification.requestPermission();
  if (answer === "granted") localStorage.setItem(KEY, "1");
  return notifyState();
}

export function turnNotifyOff(): NotifyState {
  localStorage.removeItem(KEY);
  return notifyState();
}
