export { candidateBases, currentBase, type Candidate } from './candidates.ts'
export { BaseComparison, baseRow, BaseRow, decide, Measures, type CollectedBase } from './comparison.ts'
export { exchangeBase } from './exchange-base.ts'
export { renderBases, renderBasesMarkdown, renderRecord } from './render.ts'
export {
  debianPython,
  javaBases,
  nonrootForm,
  programBases,
  runsOn,
  smallerBases,
  withSmallerBases,
  type SmallerBases,
} from './smaller-bases.ts'
