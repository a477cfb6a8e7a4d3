"""What the service that this one replaces did for a save: a FastAPI handler that inserts one row
through a pool of asyncpg, and answers when it is committed. Its database is DATABASE_URL."""

import json
import os
import uuid
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg
from fastapi import FastAPI
from pydantic import BaseModel

TABLE = """
CREATE TABLE IF NOT EXISTS predecessor (
  id uuid PRIMARY KEY, workflow_id text NOT NULL, workflow_type text NOT NULL,
  user_id text NOT NULL, status text NOT NULL, input_data jsonb, output_data jsonb,
  task_results jsonb, error_message text,
  start_time timestamptz, end_time timestamptz, duration_seconds float8, execution_metadata jsonb,
  created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX IF NOT EXISTS predecessor_user ON predecessor (user_id);
CREATE INDEX IF NOT EXISTS predecessor_workflow ON predecessor (workflow_id);
CREATE INDEX IF NOT EXISTS predecessor_status ON predecessor (status);
CREATE INDEX IF NOT EXISTS predecessor_created ON predecessor (created_at);
CREATE INDEX IF NOT EXISTS predecessor_user_created ON predecessor (user_id, created_at);
"""
INSERT = """
INSERT INTO predecessor (id, workflow_id, workflow_type, user_id, status, input_data, output_data,
  task_results, error_message, start_time, end_time, duration_seconds, execution_metadata)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""


class Execution(BaseModel):
    workflow_id: str
    workflow_type: str
    user_id: str
    status: str
    input_data: dict[str, Any] | None = None
    output_data: dict[str, Any] | None = None
    task_results: list[dict[str, Any]] | None = None
    error_message: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    duration_seconds: float | None = None
    execution_metadata: dict[str, Any] | None = None


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=10)
    await app.state.pool.execute(TABLE)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


def encoded(document: Any) -> str | None:
    return None if document is None else json.dumps(document)


@app.post("/api/workflows/executions")
async def save(sent: Execution) -> dict[str, str]:
    execution_id = uuid.uuid4()
    await app.state.pool.execute(
        INSERT,
        *(execution_id, sent.workflow_id, sent.workflow_type, sent.user_id, sent.status),
        *map(encoded, (sent.input_data, sent.output_data, sent.task_results)),
        *(sent.error_message, sent.start_time, sent.end_time, sent.duration_seconds),
        encoded(sent.execution_metadata),
    )
    return {"execution_id": str(execution_id)}
