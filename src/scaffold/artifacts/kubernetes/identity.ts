import type { Application } from '../../application.ts'
import { accountId, arn, json, rolePolicy, policyDocument, region } from '../aws-policies.ts'

/**
 * The identity of the pods on EKS, as inputs of AWS calls: who may take the role, what the role may do, and which service account has it.
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html and iam-roles-for-service-accounts.html
 */
export function awsIdentity(application: Application): Record<string, string> {
  const { name, identity } = application
  if (identity === undefined) return {}
  const policy = rolePolicy(application)
  const association = { clusterName: 'CLUSTER', namespace: name, serviceAccount: name, roleArn: roleOf(application) }
  return {
    'deploy/kubernetes/aws/trust-policy.json': identity === 'irsa' ? webIdentityTrust(name) : podIdentityTrust(name),
    ...(policy === undefined ? {} : { 'deploy/kubernetes/aws/role-policy.json': policy }),
    ...(identity === 'irsa' ? {} : { 'deploy/kubernetes/aws/pod-identity-association.json': json(association) }),
  }
}

/** The role of the application's pods. */
export function roleOf({ name }: Pick<Application, 'name'>): string {
  return arn('iam', `role/${name}`)
}

/** EKS itself takes the role, for one service account of one cluster: it says so in the session's tags. */
function podIdentityTrust(name: string): string {
  return policyDocument({
    Sid: 'PodsOfOneServiceAccount',
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: {
      StringEquals: {
        'aws:SourceAccount': accountId,
        'aws:RequestTag/eks-cluster-name': 'CLUSTER',
        'aws:RequestTag/kubernetes-namespace': name,
        'aws:RequestTag/kubernetes-service-account': name,
      },
    },
  })
}

/** Whoever has a token that the cluster signed for that service account takes the role. */
function webIdentityTrust(name: string): string {
  const issuer = `oidc.eks.${region}.amazonaws.com/id/ISSUER-ID`
  return policyDocument({
    Sid: 'PodsOfOneServiceAccount',
    Effect: 'Allow',
    Principal: { Federated: arn('iam', `oidc-provider/${issuer}`) },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: 'sts.amazonaws.com',
        [`${issuer}:sub`]: `system:serviceaccount:${name}:${name}`,
      },
    },
  })
}
