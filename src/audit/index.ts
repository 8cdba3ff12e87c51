export { controls } from './controls.ts'
export { controlTable } from './control-table.ts'
export { Audit } from './document.ts'
export {
  binary,
  isChart,
  isKustomization,
  isOfPeople,
  treatmentOf,
  type AuditFile,
  type Rendering,
} from './classify.ts'
export { kustomizationNames, kustomizationParts } from './input/kustomize/kustomization-parts.ts'
export { readManifest } from './input/read-manifest.ts'
export { renderAudit } from './report/render-audit.ts'
export { renderAuditTerminal } from './report/terminal.ts'
