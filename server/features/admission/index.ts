import "server-only";

/** What other parts of the server may use of the admission feature. */
export { answerAdmission } from "./answer-admission.ts";
export { saveAdmissionCluster } from "./verbs/save-admission-cluster.ts";
export { saveAdmissionNamespaces } from "./verbs/save-admission-namespaces.ts";
export { setAdmissionCredential } from "./verbs/set-admission-credential.ts";
