import { expect, it } from 'vitest'
import { scaffoldOf } from './applications.ts'
import { records } from './records.ts'

const questions = async (made: ReturnType<typeof records>) => (await made).files['deploy/questions.md'] ?? ''

it('what no file of the scaffold does is asked: encryption at rest, backup, agreements', async () => {
  const text = await questions(records({ host: 'records.example.com' }))
  for (const asked of [
    'StorageEncrypted',
    'BackupRetentionPeriod',
    'rds.force_ssl',
    'PutBucketEncryption',
    'PutBucketVersioning',
    'encryptionConfig',
    'gp3, encrypted',
    'postgres-data',
    'wafv2-acl-arn',
    'business associate',
  ])
    expect(text).toContain(asked)
})

it('nothing is asked of what the application does not have', async () => {
  const text = await questions(scaffoldOf('go', { targets: ['cloud-run'], name: 'orders' }))
  expect(text).not.toMatch(/RDS|S3|EKS|agreement|host encrypted|Way in/)
  expect(text).toContain('Who rotates each secret')
})
