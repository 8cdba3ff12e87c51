export { Compliance, evaluateCompliance, frameworks, type FrameworkName } from './evaluate-framework.ts'
export { renderComplianceMarkdown } from './markdown.ts'
export { complianceTable } from './table.ts'
