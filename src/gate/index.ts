export { givenPart, mergeVerdicts, type GivenPart } from './merge.ts'
