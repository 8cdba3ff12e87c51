export { checkImage, type Expectation, type Found } from './check-image.ts'
export { claimOf, type Claim } from './claim.ts'
export { imageClaims, wasBuilt, type ReleaseFacts } from './image-claims.ts'
export { provenance, Provenance } from './provenance.ts'
export { testResults } from './test-results.ts'
export {
  renewedSummary,
  verificationSummary,
  verifierId,
  VerificationSummary,
  type InputAttestation,
} from './verification-summary.ts'
export { vulnerabilityReport, VulnerabilityReport } from './vulnerability-report.ts'
export { shownArguments } from './withheld-arguments.ts'
