import { pythonProgram } from './python/packages.ts'

/** A way to ask a linter what it finds in IAM policies. Nothing is called. */
export async function policyLinter(): Promise<(policies: readonly string[]) => Promise<string[][]>> {
  const ask = await pythonProgram('iam_policies.py', 'iam')
  return async (policies) => {
    const { exitCode, stdout, stderr } = await ask([], JSON.stringify(policies))
    if (exitCode !== 0) throw new Error(stderr)
    return JSON.parse(stdout) as string[][]
  }
}

/** A policy as an administrator leaves it: the linter refuses placeholders. */
export function filledIn(policy: string): string {
  return policy
    .replaceAll('000000000000', '123456789012')
    .replaceAll('REGION', 'eu-central-1')
    .replaceAll('BUCKET', 'clinic-documents')
    .replaceAll('KEY-ID', '0a1b2c3d-0000-4000-8000-0123456789ab')
    .replaceAll('ISSUER-ID', '0123456789ABCDEF0123456789ABCDEF')
    .replaceAll('CLUSTER', 'production')
}
