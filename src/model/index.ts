export { AdditionalFinding, AdditionalFindings } from './additional.ts'
export { NotApplicable, undecided, Undecided, type Collected } from './collected.ts'
export { compareText } from './compare-text.ts'
export { Digest, digestOf } from './digest.ts'
export { documentText } from './document-text.ts'
export {
  Archive,
  Base,
  Configuration,
  Database,
  Evidence,
  EvidenceKind,
  Licenses,
  Lint,
  PlatformEvidence,
  Sbom,
  Size,
  type StartedProgram,
  Structure,
  Vulnerabilities,
  evidenceKinds,
} from './evidence.ts'
export { FailedStep } from './failed-step.ts'
export { knownBecause, SecretSearch, Secrets, unreadBecause } from './secrets.ts'
export { LintFinding, Location, Package, SecretFinding, Vulnerability } from './finding.ts'
export { CollectedExploitPrediction, ExploitPrediction } from './exploit-prediction.ts'
export { CollectedKnownExploited, KnownExploited } from './known-exploited.ts'
export { Instruction, LayerOrigin, Lineage } from './lineage.ts'
export { GitFacts, SourceRevision } from './git-facts.ts'
export { BaseLock, Confidence, Lock, offeredBases, PinnedBase, PinnedTool } from './lock.ts'
export { Owner, describeOwner, ownersOf, type Owners } from './owner.ts'
export { PackageRecords } from './package-records.ts'
export { imagePackageUrl, imageShortName, namesPackage, parsePackageUrl, type PackageUrl } from './package-url.ts'
export { Platform, spellPlatform } from './platform.ts'
export { Excepted, Known, RuleResult, Violation } from './rule-result.ts'
export {
  AppliedPolicy,
  Failure,
  GivenImage,
  PolicyLayer,
  Release,
  ReleasedAttestation,
  Run,
  Signature,
  Stage,
  StoredSignature,
  Subject,
  stages,
} from './run.ts'
export { Reproduction } from './reproduction.ts'
export { ProcessExit, Runtime } from './runtime.ts'
export { Severity, compareSeverity, parseSeverity, severities } from './severity.ts'
export { AttestationKind, ResourceDescriptor, Statement, attestationKinds, predicateTypes } from './statement.ts'
export {
  AcceptedRisk,
  justifications,
  NotAffected,
  Origin,
  SuppressionFile,
  SuppressionKind,
  suppressionKinds,
} from './suppression.ts'
export { ToolIdentity } from './tool.ts'
export { Binding, outcomeOf, Verdict } from './verdict.ts'
export { AttestedOrigin, AttestedVerdict, Verification, VerificationCheck } from './verification.ts'
export { Merged, MergedPart } from './merged.ts'
export { EarlierFinding, EarlierSize, MadeKnown } from './earlier-verdict.ts'
export { AttestedRule, Reverdict, VulnerabilityChange } from './reverdict.ts'
