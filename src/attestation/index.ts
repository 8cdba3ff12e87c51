export { checkImage, kindsOf, type Expectation, type Found } from './check-image.ts'
export { claimOf, type Claim } from './claim.ts'
export { imageClaims, wasBuilt, type ReleaseFacts } from './image-claims.ts'
export { builderId, buildType, provenance, Provenance, type BuildFacts } from './provenance.ts'
export { testResults, TestResults } from './test-results.ts'
export {
  AttestedRule,
  resourceUri,
  verificationSummary,
  VerificationSummary,
  verifierId,
  type InputAttestation,
} from './verification-summary.ts'
export { vulnerabilityReport, VulnerabilityReport } from './vulnerability-report.ts'
export { shownArguments, type ShownArguments } from './withheld-arguments.ts'
