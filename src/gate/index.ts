export { evaluate, isPassedVerdict, type Context, type Judgement, type PassedVerdict } from './evaluate.ts'
export type { Answer, ExceptionUse, Question, Rule } from './rule.ts'
export { ruleTable } from './rule-table.ts'
export { rules } from './rules.ts'
