/** One field that the asked-for level does not allow. */
export interface Violation {
  /** The control's name in the Pod Security Standards, e.g. `hostNamespaces`. */
  control: string;
  path: string;
  message: string;
}
