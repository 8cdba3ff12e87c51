export { Compliance, evaluateCompliance, frameworks, type FrameworkName } from './evaluate.ts'
export { renderComplianceMarkdown } from './markdown.ts'
export { complianceTable } from './table.ts'
