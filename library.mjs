// What `import ... from "loadline"` loads: the same prebuilt JavaScript as the command line.
import { prebuilt } from './ci/prebuilt.mjs'

const library = await import(await prebuilt('library'))

export const {
  buildAndScan,
  DeliveryError,
  defaultPolicy,
  exitCodeOf,
  judgeAgain,
  loadPolicy,
  policyJsonSchema,
  readRun,
  renderHtml,
  renderJson,
  renderJunit,
  renderMarkdown,
  renderReports,
  renderSarif,
  renderTerminal,
  strictPolicy,
} = library
