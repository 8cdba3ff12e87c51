import { makeScaffold } from '../../../pipelines/scaffold.ts'
import type { Scaffold } from '../../../src/scaffold/index.ts'
import { requirementsWith, treeOf } from './applications.ts'

const requirements = [
  'boto3==1.44.8',
  'botocore==1.44.5',
  'jmespath==1.2.0',
  'opentelemetry-sdk==1.45.2',
  'opentelemetry-api==1.45.2',
  'prometheus-client==0.26.0',
  'prometheus-fastapi-instrumentator==8.1.0',
  'psycopg==3.3.4',
  'python-dateutil==2.9.0',
  's3transfer==0.20.0',
  'six==1.17.0',
  'sqlalchemy==2.1.3',
  'urllib3==2.8.0',
  'uvicorn==0.54.0',
]

const code = `import os

import boto3
from fastapi import FastAPI, UploadFile
from prometheus_fastapi_instrumentator import Instrumentator
from sqlalchemy import create_engine, text

app = FastAPI(title="records")
Instrumentator().instrument(app).expose(app)
engine = create_engine(os.environ["DATABASE_URL"])
documents = boto3.client("s3")
bucket = os.environ["DOCUMENTS_BUCKET"]


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/ready")
def ready():
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return {"status": "ok"}


@app.put("/documents/{name}")
def keep(name: str, file: UploadFile):
    documents.upload_fileobj(file.file, bucket, name)


@app.get("/documents/{name}")
def show(name: str):
    return {"url": documents.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": name})}
`

/** FastAPI with PostgreSQL and S3 under HIPAA: what the mission names. */
export function records(answers: Record<string, unknown> = {}, files: Record<string, string> = {}): Promise<Scaffold> {
  return makeScaffold(
    {
      targets: ['kubernetes', 'ecs', 'compose'],
      compliance: ['hipaa'],
      image: 'registry.example.com/clinic/records',
      repository: 'https://git.example.com/clinic/records',
      name: 'records',
      ...answers,
    },
    treeOf({ 'requirements.txt': requirementsWith(...requirements), 'app.py': code, ...files }),
  )
}
