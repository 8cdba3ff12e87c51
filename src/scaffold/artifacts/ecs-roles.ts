import type { Application } from '../application.ts'
import { accountId, arn, policyDocument, rolePolicy } from './aws-policies.ts'
import { openSettings, passwordFiles, secretVariables } from './environment.ts'

/**
 * Two roles: with one the platform starts the task, the other is the application's own.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-ecs-iam-role-overview.html
 */
export function ecsRoles(application: Application): Record<string, string> {
  const own = rolePolicy(application, ...(application.tracing === undefined ? [] : [traces]))
  return {
    'deploy/ecs/trust-policy.json': trust,
    'deploy/ecs/execution-role-policy.json': executionPolicy(application),
    ...(own === undefined ? {} : { 'deploy/ecs/task-role-policy.json': own }),
  }
}

/** What the collector needs: neither action is of a resource. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html */
const traces = {
  Sid: 'Traces',
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: '*',
} as const

/** Only tasks of this account take the roles: the service must not be talked into it for somebody else. */
const trust = policyDocument({
  Sid: 'TasksOfThisAccount',
  Effect: 'Allow',
  Principal: { Service: 'ecs-tasks.amazonaws.com' },
  Action: 'sts:AssumeRole',
  Condition: {
    StringEquals: { 'aws:SourceAccount': accountId },
    ArnLike: { 'aws:SourceArn': arn('ecs', '*') },
  },
})

/** What the platform needs to start the task: logs, the secrets and settings of this application alone, and its image if ECR has it. */
function executionPolicy(application: Application): string {
  const { name, image } = application
  const secrets = passwordFiles(application).length + secretVariables(application).length
  const registry = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/(.+)$/.exec(image)
  return policyDocument(
    {
      Sid: 'Logs',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: arn('logs', `log-group:/ecs/${name}:log-stream:*`),
    },
    ...(secrets === 0
      ? []
      : ([
          {
            Sid: 'Secrets',
            Effect: 'Allow',
            Action: 'secretsmanager:GetSecretValue',
            Resource: arn('secretsmanager', `secret:${name}/*`),
          },
        ] as const)),
    ...(openSettings(application).length === 0
      ? []
      : ([
          {
            Sid: 'Settings',
            Effect: 'Allow',
            Action: 'ssm:GetParameters',
            Resource: arn('ssm', `parameter/${name}/*`),
          },
        ] as const)),
    ...(registry === null
      ? []
      : ([
          { Sid: 'RegistryToken', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
          {
            Sid: 'Image',
            Effect: 'Allow',
            Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
            Resource: `arn:aws:ecr:${registry[2]}:${registry[1]}:repository/${registry[3]}`,
          },
        ] as const)),
  )
}
