// What `import ... from "loadline"` loads. The package ships its TypeScript, and Node does not strip types below node_modules, so tsx loads it here as it does
// for the command line: one code, no build, and every file at the path where the code looks for its neighbours. In a namespace, so that the importing program's own modules stay as they are.
import { register } from 'tsx/esm/api'

const library = await register({ namespace: 'loadline' }).import('./ci/library.ts', import.meta.url)

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
