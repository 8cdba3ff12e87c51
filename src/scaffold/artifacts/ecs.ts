import type { Application } from '../application.ts'
import { logDays } from '../compliance.ts'
import { arn, json, region } from './aws-policies.ts'
import { runtimeOf, startLimit } from '../resources.ts'
import { replicas, stopSeconds, user } from '../runtimes.ts'
import { besideCollector, besideContainer, collectorMemory, collectorName, taskCollector } from './collector.ts'
import { ecsRoles } from './ecs-roles.ts'
import {
  deploymentEnvironment,
  named,
  noDigestYet,
  openSettings,
  outsideHost,
  passwordFiles,
  secretVariables,
} from './environment.ts'

/** Sizes that Fargate offers, in CPU units and MiB: the smallest that fits the runtime's limits is used. */
const largest = { cpu: '1024', memory: '2048' }
const sizes = [{ cpu: '256', memory: '512' }, { cpu: '512', memory: '1024' }, largest]

/**
 * The inputs of the AWS calls, one file each:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html, CreateService, and those
 * of Application Auto Scaling. Fargate supports neither custom seccomp profiles nor no-new-privileges: it
 * isolates each task in a virtual machine instead.
 */
export function ecs(application: Application): Record<string, string> {
  const { name, image, port, language, healthcheck, compliance } = application
  const runtime = runtimeOf(application)
  const size = sizeOf(application)
  const { environment, secrets } = environmentOf(application)
  const taskDefinition = {
    family: name,
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    runtimePlatform: { operatingSystemFamily: 'LINUX', cpuArchitecture: 'X86_64' },
    cpu: size.cpu,
    memory: size.memory,
    executionRoleArn: arn('iam', `role/${name}-execution`),
    taskRoleArn: arn('iam', `role/${name}-task`),
    containerDefinitions: [
      {
        name,
        image: `${image}@${noDigestYet}`,
        essential: true,
        ...besideCollector(application, size),
        user: `${user}:${user}`,
        readonlyRootFilesystem: true,
        privileged: false,
        linuxParameters: linuxParameters(runtime.temporary),
        portMappings: [{ name: 'http', containerPort: port, protocol: 'tcp', appProtocol: 'http' }],
        environment,
        ...(secrets.length === 0 ? {} : { secrets }),
        healthCheck: {
          command: ['CMD', ...healthcheck],
          interval: runtime.healthcheckSeconds,
          timeout: language === 'java' ? 5 : 3,
          retries: 3,
          startPeriod: runtime.startSeconds * 2,
        },
        stopTimeout: stopSeconds.atMost,
        ulimits: [{ name: 'nofile', softLimit: 65_536, hardLimit: 65_536 }],
        versionConsistency: 'enabled',
        logConfiguration: logsOf(name),
      },
      ...taskCollector(application, logsOf(collectorName(application), name)),
    ],
    tags: [{ key: 'application', value: name }],
  }
  const service = {
    cluster: name,
    serviceName: name,
    taskDefinition: name,
    desiredCount: replicas.least,
    launchType: 'FARGATE',
    platformVersion: '1.4.0',
    availabilityZoneRebalancing: 'ENABLED',
    deploymentConfiguration: {
      minimumHealthyPercent: 100,
      maximumPercent: 200,
      deploymentCircuitBreaker: { enable: true, rollback: true },
    },
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: ['subnet-PRIVATE-A', 'subnet-PRIVATE-B', 'subnet-PRIVATE-C'],
        securityGroups: [`sg-${name}`],
        assignPublicIp: 'DISABLED',
      },
    },
    loadBalancers: [
      {
        targetGroupArn: arn('elasticloadbalancing', `targetgroup/${name}/TARGET-GROUP`),
        containerName: name,
        containerPort: port,
      },
    ],
    healthCheckGracePeriodSeconds: startLimit(application),
    enableExecuteCommand: false,
    enableECSManagedTags: true,
    propagateTags: 'SERVICE',
    tags: [{ key: 'application', value: name }],
  }
  const dimension = {
    ServiceNamespace: 'ecs',
    ResourceId: `service/${name}/${name}`,
    ScalableDimension: 'ecs:service:DesiredCount',
  }
  return {
    ...ecsRoles(application),
    'deploy/ecs/task-definition.json': json(taskDefinition),
    'deploy/ecs/service.json': json(service),
    'deploy/ecs/log-retention.json': json({
      logGroupName: `/ecs/${name}`,
      retentionInDays: [...logRetentions].find((days) => days >= logDays(compliance)),
    }),
    'deploy/ecs/scalable-target.json': json({ ...dimension, MinCapacity: replicas.least, MaxCapacity: replicas.most }),
    'deploy/ecs/scaling-policy.json': json({
      PolicyName: `${name}-cpu`,
      ...dimension,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: replicas.targetCpuPercent,
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
        ScaleInCooldown: 300,
        ScaleOutCooldown: 30,
      },
    }),
  }
}

/** The smallest size that fits the runtime's limits, and the collector's where there is one. */
function sizeOf(application: Application): { cpu: string; memory: string } {
  const runtime = runtimeOf(application)
  const fits = sizes.find(
    ({ cpu, memory }) =>
      Number(memory) >= runtime.memory + collectorMemory(application) && Number(cpu) >= runtime.cpu.request * 1.024,
  )
  return fits ?? largest
}

/** Where a container's output goes. If the log service is slow, lines are lost rather than requests; a full buffer is counted. */
function logsOf(container: string, group = container): object {
  return {
    logDriver: 'awslogs',
    options: {
      'awslogs-group': `/ecs/${group}`,
      'awslogs-region': region,
      'awslogs-stream-prefix': container,
      mode: 'non-blocking',
      'max-buffer-size': '25m',
    },
  }
}

/** No capability, and a tmpfs of so many MiB, which Fargate has since January 2026: https://github.com/aws/containers-roadmap/issues/736. */
function linuxParameters(temporary: number): object {
  return {
    capabilities: { drop: ['ALL'] },
    initProcessEnabled: false,
    tmpfs: [{ containerPath: '/tmp', size: temporary, mountOptions: ['rw', 'noexec', 'nosuid', 'nodev'] }],
  }
}

/** The environment of the container: the platform has no secret files, so a secret becomes a variable, under a name that reflects that. */
function environmentOf(application: Application): { environment: object[]; secrets: object[] } {
  const { name } = application
  const files = passwordFiles(application)
  const environment = deploymentEnvironment(application, {
    collector: besideContainer,
    hostOf: outsideHost,
  })
  const plain = Object.entries(environment).filter(([key]) => !files.some(({ variable }) => variable === key))
  // No dash: a name that ends in one and six characters would be taken for one with the store's own suffix.
  const secret = (variable: string, key: string) => ({
    name: variable,
    valueFrom: arn('secretsmanager', `secret:${name}/${key}`),
  })
  return {
    environment: named(Object.fromEntries(plain)),
    secrets: [
      ...files.map(({ service, variable }) => secret(variable.replace(/_FILE$/, ''), `${service}/password`)),
      ...secretVariables(application).map((variable) => secret(variable.name, `${variable.group}/${variable.key}`)),
      // Nobody has said what these are: without the parameter the task does not start.
      ...openSettings(application).map((open) => ({
        name: open.name,
        valueFrom: arn('ssm', `parameter/${name}/${open.name}`),
      })),
    ],
  }
}

/**
 * Retention periods that the log service supports, in days:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
const logRetentions = [90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192]
